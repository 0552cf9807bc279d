package import PostgresClient
package import UnitOfWork
package import WorkspaceDomain

/// Notes that a process has ended itself, and what it had in hand.
package struct PostgresCrashRecord: Sendable {
  private let connection: PostgresConnection
  private let queue: String

  /// - Parameter queue: `<virtual host>/<queue>`.
  package init(connection: PostgresConnection, queue: String) {
    self.connection = connection
    self.queue = queue
  }

  /// - Parameters:
  ///   - signal: its number.
  ///   - message: what the process had in hand; nil: nothing.
  ///   - decoded: the message had been decoded.
  package func note(
    _ process: ULID, signal: Int, message: FatalMessages.BodyHash?, decoded: Bool
  ) async throws(PostgresError) {
    let request =
      message.map { message in
        FatalMessagesTable.noteDeath(of: process, by: signal, message: message, decoded: decoded, queue: queue)
      } ?? ActiveWorkersTable.noteDeath(of: process, by: signal, queue: queue)
    _ = try await connection.pipeline([request])
  }
}
