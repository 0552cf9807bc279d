package import Coordination

/// A connection for one purpose, with the port it is used through.
package struct Link<Port: Sendable>: Sendable {
  private let port: Port
  private let connection: any Closable

  package init(_ port: Port, on connection: any Closable) {
    self.port = port
    self.connection = connection
  }

  /// Runs `body`, and closes the connection whether it returns or throws.
  func use<Answer>(_ body: (Port) async throws -> Answer) async throws -> Answer {
    try await connection.use { _ in try await body(port) }
  }
}
