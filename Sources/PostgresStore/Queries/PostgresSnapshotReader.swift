internal import Messaging
package import PostgresClient
package import UnitOfWork

/// Reads snapshots over one connection, each in a read-only transaction at level repeatable read, in one round trip.
///
/// Runs on the connection's thread. Where a transaction can't be ended in an orderly way, the connection is closed.
package actor PostgresSnapshotReader: SnapshotReader {
  /// After this time plans are renewed, see ``PlanRenewal``: a connection that only reads can't tell how tables grow.
  private static let planLifetime: Duration = .seconds(10)

  private let connection: PostgresConnection
  private var plannedAt = ContinuousClock.now

  package nonisolated var unownedExecutor: UnownedSerialExecutor { connection.unownedExecutor }
  package nonisolated var taskExecutor: (any TaskExecutor)? { connection.taskExecutor }

  /// - Parameter connection: used by nothing else; its configuration should be
  ///   ``PostgresConfiguration/forQueries(timeout:)``.
  package init(connection: PostgresConnection) { self.connection = connection }

  package func read(_ readSet: ReadSet) async throws(UnitOfWorkError) -> DatedSnapshot {
    do throws(PostgresError) {
      return try await transaction(readSet.queries(queue: ""))
    } catch {
      await abandon()
      // A row that can't be read concerns only the query that asked for it.
      if case .decoding = error { throw .failed(reason: error.description) }
      throw UnitOfWorkError(error)
    }
  }

  private func transaction(_ queries: [SnapshotQuery]) async throws(PostgresError) -> DatedSnapshot {
    let opening: [PostgresRequest] = [.beginReading, ServerOrigin.request]
    var closing: [PostgresRequest] = [.commit]
    if ContinuousClock.now - plannedAt > Self.planLifetime {
      plannedAt = .now
      // After the transaction: one of this level can't begin after another statement of the same round trip.
      closing.append(.discardPlans)
    }
    let answers = try await connection.pipeline(opening + queries.map(\.request) + closing)
    var snapshot = Snapshot()
    for (query, rows) in zip(queries, answers.dropFirst(opening.count)) { try query.read(rows, &snapshot) }
    return DatedSnapshot(snapshot, from: try ServerOrigin.origin(answers[opening.count - 1]))
  }

  /// The first error is what counts: if the rollback fails, the end of the session rolls back.
  private func abandon() async {
    do throws(PostgresError) {
      _ = try await connection.pipeline([.rollback])
    } catch {
      await connection.close()
    }
  }
}
