/// Port: the name service.
package protocol HostResolver: Sendable {
  /// Bounded in time.
  ///
  /// - Returns: the problem; nil if the name resolves to an address.
  func problem(_ host: String) async -> String?
}
