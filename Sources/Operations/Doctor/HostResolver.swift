/// Port: the name service.
package protocol HostResolver: Sendable {
  /// Bounded in time.
  ///
  /// - Returns: what stands against it; nil when the name leads to an address.
  func problem(_ host: String) async -> String?
}
