package import PostgresClient
package import WorkspaceDomain

/// The notes that a process leaves when it begins a message that another one may have died of.
package struct PostgresBegunMessages: Sendable {
  private let connection: PostgresConnection
  private let queue: String

  /// - Parameter queue: `<virtual host>/<queue>`.
  package init(connection: PostgresConnection, queue: String) {
    self.connection = connection
    self.queue = queue
  }

  /// Takes back the notes of a process that ends in an orderly way, whatever it could not finish: it did not die.
  package func takeBack(of process: ULID) async throws(PostgresError) {
    _ = try await connection.pipeline([BegunMessagesTable.takeBack(of: process, queue: queue)])
  }
}
