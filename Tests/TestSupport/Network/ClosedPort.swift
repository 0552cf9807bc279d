/// Loopback ports that refuse connections.
package enum ClosedPort {
  /// Nobody else can listen on the port for as long as this process runs. (A port that was closed just now may be given
  /// to the next who asks the kernel for one.)
  package static func reserve() throws -> Int { try PortReservation().port }
}
