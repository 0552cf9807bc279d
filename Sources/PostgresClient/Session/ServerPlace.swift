/// Where a connection leads, according to libpq (libpq manual, PQhost, PQhostaddr and PQport).
struct ServerPlace: Sendable, Equatable {
  /// As given in the connection string; an address if there is no name.
  let host: String
  let address: String
  let port: String

  func isHost(of other: ServerPlace, byAddress: Bool) -> Bool {
    port == other.port && (byAddress ? address == other.address : host == other.host)
  }
}
