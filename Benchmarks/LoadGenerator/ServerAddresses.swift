/// Where the servers are, according to `bin/stack env`.
struct ServerAddresses: Sendable {
  struct Missing: Error, CustomStringConvertible {
    let variable: String
    var description: String { "\(variable) is not set; bin/benchmark sets it" }
  }

  let amqp: String
  let postgres: String

  init(_ environment: [String: String]) throws(Missing) {
    guard let amqp = environment["AMQP_URL"] else { throw Missing(variable: "AMQP_URL") }
    guard let postgres = environment["POSTGRES_URL"] else { throw Missing(variable: "POSTGRES_URL") }
    // librabbitmq reads a path of "/" as a virtual host without a name.
    self.amqp = amqp.hasSuffix("/") ? String(amqp.dropLast()) : amqp
    self.postgres = postgres
  }
}
