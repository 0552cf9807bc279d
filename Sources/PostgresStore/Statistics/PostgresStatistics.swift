package import Logging
package import PostgresClient
package import UnitOfWork
package import WorkerRuntime

/// ``StatisticsStore`` on a connection of its own: two round trips.
package struct PostgresStatistics: StatisticsStore {
  /// The changes that wait to be replicated, read over an existing connection.
  package static func replicationLag(_ connection: PostgresConnection) async throws(PostgresError) -> ReplicationLag {
    try lag(try await connection.pipeline([replication], timeout: .seconds(10))[0][0])
  }

  private static let replication = PostgresRequest(
    "statistics_replication",
    """
    select (select count(*) from (select from relationship_changes limit \(Int64(ReplicationLag.countLimit))) as waiting),
      coalesce(
        (select extract(epoch from now() - recorded_at) * 1000 from relationship_changes order by id limit 1), 0)::bigint as age
    """)

  private static func lag(_ row: PostgresRow) throws(PostgresError) -> ReplicationLag {
    ReplicationLag(count: try row.count(), age: .milliseconds(try row.int8("age")))
  }

  private let connection: PostgresConnection
  private let queue: String

  /// - Parameters:
  ///   - connection: should come from ``PostgresConfiguration/forRetention()``: its statements are short.
  ///   - queue: `<virtual host>/<queue>` whose outbox is counted.
  package init(on connection: PostgresConnection, queue: String) {
    self.connection = connection
    self.queue = queue
  }

  /// Opens a connection for reading the statistics.
  package static func connect(
    _ configuration: PostgresConfiguration, queue: String, logger: Logger
  ) async throws -> Link<any StatisticsStore> {
    let connection = try await PostgresConnection.connect(configuration.forRetention(), logger: logger)
    return Link(PostgresStatistics(on: connection, queue: queue), on: connection)
  }

  package func statistics() async throws(UnitOfWorkError) -> StoreStatistics {
    do throws(PostgresError) {
      let answers = try await connection.pipeline([outbox, Self.replication], timeout: .seconds(10))
      let row = answers[0][0]
      return StoreStatistics(
        outboxCount: try row.count(), outboxAge: .milliseconds(try row.int8("age")),
        deadLetters: try await deadLetters(), replication: try Self.lag(answers[1][0]))
    } catch {
      throw UnitOfWorkError(error)
    }
  }

  /// A request of its own: with millions of letters it is cancelled, and the other figures must not be lost with it.
  ///
  /// - Returns: nil if the request took too long, or another session has locked the table.
  private func deadLetters() async throws(PostgresError) -> [String: Int]? {
    do throws(PostgresError) {
      let rows = try await connection.pipeline([Self.deadLetters], timeout: .seconds(10))[0]
      return Dictionary(
        try rows.map { row throws(PostgresError) in (try row.text("reason"), try row.count()) }, uniquingKeysWith: +)
    } catch {
      guard error.sqlState == .queryCanceled || error.sqlState == .lockNotAvailable else { throw error }
      return nil
    }
  }

  private var outbox: PostgresRequest {
    PostgresRequest(
      "statistics_outbox",
      """
      select count(*), coalesce(extract(epoch from now() - min(recorded_at)) * 1000, 0)::bigint as age
      from outbox where queue = \(queue)
      """)
  }

  private static let deadLetters = PostgresRequest(
    "statistics_dead_letters", "select reason, count(*) from dead_letters where discarded_at is null group by reason")
}
