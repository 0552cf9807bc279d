package import PostgresClient
package import WorkspaceDomain

/// A worker's last word to the database.
package struct PostgresFarewell: Sendable {
  private let connection: PostgresConnection
  private let queue: String

  /// - Parameter queue: `<virtual host>/<queue>`.
  package init(connection: PostgresConnection, queue: String) {
    self.connection = connection
    self.queue = queue
  }

  /// Notes that `process` ends in an orderly way, whatever it could not finish: it has not died of what it had in hand.
  package func say(of process: ULID) async throws(PostgresError) {
    _ = try await connection.pipeline([
      ActiveWorkersTable.end(of: process, queue: queue), BegunMessagesTable.takeBack(of: process, queue: queue),
    ])
  }
}
