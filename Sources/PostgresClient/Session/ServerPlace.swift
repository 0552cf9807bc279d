/// Where a connection is made to, as libpq tells (libpq manual, PQhost, PQhostaddr and PQport).
struct ServerPlace: Sendable, Equatable {
  /// As it was given; an address where there is no name.
  let host: String
  let address: String
  let port: String

  func isHost(of other: ServerPlace, byAddress: Bool) -> Bool {
    port == other.port && (byAddress ? address == other.address : host == other.host)
  }
}
