package import PostgresClient
package import UnitOfWork
package import WorkspaceDomain

/// ``Retention`` of the ledger of dead letters on a connection of its own: each step is one statement, so one transaction
/// and one round trip.
package struct PostgresDeadLetterRetention: Retention {
  private let connection: PostgresConnection

  /// - Parameter connection: should come from ``PostgresConfiguration/forRetention()``.
  package init(connection: PostgresConnection) { self.connection = connection }

  package func removeExpired(
    olderThan retention: Duration, at now: Timestamp, from start: Timestamp?, limit: Int
  ) async throws(UnitOfWorkError) -> RemovedEntries {
    do throws(PostgresError) {
      let request = DeadLettersTable.removeExpired(olderThan: retention, at: now, from: start, limit: limit)
      let row = try await connection.pipeline([request], timeout: .seconds(10))[0][0]
      let count = Int(try row.int8(0))
      return RemovedEntries(count: count, newest: count > 0 ? try row.moment(1) : nil)
    } catch {
      throw UnitOfWorkError(error)
    }
  }
}
