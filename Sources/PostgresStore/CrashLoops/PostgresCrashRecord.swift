package import PostgresClient
package import UnitOfWork
package import WorkspaceDomain

/// Records that a process has crashed, and the message that it was handling.
package struct PostgresCrashRecord: Sendable {
  private let connection: PostgresConnection
  private let queue: String

  /// - Parameter queue: `<virtual host>/<queue>`.
  package init(connection: PostgresConnection, queue: String) {
    self.connection = connection
    self.queue = queue
  }

  /// - Parameters:
  ///   - signal: the number of the signal.
  ///   - message: the message that the process was handling; nil: none.
  ///   - decoded: whether the message had been decoded.
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
