/// A connection for one purpose, by the port that it is used through.
package struct Link<Port: Sendable>: Sendable {
  private let port: Port
  private let close: @Sendable () async -> Void

  /// - Parameter close: closes the connection; bounded.
  package init(_ port: Port, close: @escaping @Sendable () async -> Void) {
    self.port = port
    self.close = close
  }

  /// Closes the connection when `body` has ended, however that is.
  func use<Answer: Sendable>(_ body: (Port) async throws -> Answer) async throws -> Answer {
    do {
      let answer = try await body(port)
      await close()
      return answer
    } catch {
      await close()
      throw error
    }
  }
}
