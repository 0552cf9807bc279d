/// Port: the name service.
package protocol HostResolver: Sendable {
  /// Resolves a name, in bounded time.
  ///
  /// - Returns: the problem; nil if the name resolves to an address.
  func problem(_ host: String) async -> String?
}
