package import PostgresClient
package import UnitOfWork
package import WorkspaceDomain

/// ``Retention`` on a connection of its own: each step is one statement, so one transaction and one round trip.
package struct PostgresInboxRetention: Retention {
  private let connection: PostgresConnection

  /// - Parameter connection: should come from ``PostgresConfiguration/forRetention()``.
  package init(connection: PostgresConnection) { self.connection = connection }

  package func removeExpired(
    olderThan retention: Duration, at now: Timestamp, from start: Timestamp?, limit: Int
  ) async throws(UnitOfWorkError) -> RemovedEntries {
    do throws(PostgresError) {
      let request = InboxTable.removeExpired(olderThan: retention, at: now, from: start, limit: limit)
      return try InboxTable.removed(try await connection.pipeline([request], timeout: .seconds(10))[0][0])
    } catch {
      throw UnitOfWorkError(error)
    }
  }
}
