package import Logging
package import PostgresClient
package import UnitOfWork
package import WorkerRuntime
package import WorkspaceDomain

/// ``Retention`` of a table on a connection of its own: each step is one statement, so one transaction and one round
/// trip.
package struct PostgresRetention: Retention {
  /// The tables with a retention.
  package enum Table: String, Sendable, CaseIterable {
    case inbox
    case deadLetters = "dead_letters"
  }

  private let table: Table
  private let connection: PostgresConnection

  /// - Parameter connection: should come from ``PostgresConfiguration/forRetention()``.
  package init(of table: Table, on connection: PostgresConnection) {
    self.table = table
    self.connection = connection
  }

  /// Opens a connection for removing what has expired.
  package static func connect(
    to table: Table, _ configuration: PostgresConfiguration, logger: Logger
  ) async throws -> Link<any Retention> {
    let connection = try await PostgresConnection.connect(configuration.forRetention(), logger: logger)
    return Link(PostgresRetention(of: table, on: connection), on: connection)
  }

  package func removeExpired(
    olderThan retention: Duration, at now: Timestamp, from start: Timestamp?, limit: Int
  ) async throws(UnitOfWorkError) -> RemovedEntries {
    let request =
      switch table {
      case .inbox: InboxTable.removeExpired(olderThan: retention, at: now, from: start, limit: limit)
      case .deadLetters: DeadLettersTable.removeExpired(olderThan: retention, at: now, from: start, limit: limit)
      }
    do throws(PostgresError) {
      let row = try await connection.pipeline([request], timeout: .seconds(10))[0][0]
      let count = try row.count()
      return RemovedEntries(count: count, newest: count > 0 ? try row.moment("newest") : nil)
    } catch {
      throw UnitOfWorkError(error)
    }
  }
}
