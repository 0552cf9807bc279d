package import Logging
package import PostgresClient
package import UnitOfWork
package import WorkerRuntime

/// ``StatisticsStore`` on a connection of its own: one round trip.
package struct PostgresStatistics: StatisticsStore {
  /// What waits to be replicated, read over an existing connection.
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

  /// Opens a connection for counting what waits.
  package static func connect(
    _ configuration: PostgresConfiguration, queue: String, logger: Logger
  ) async throws -> Link<any StatisticsStore> {
    let connection = try await PostgresConnection.connect(configuration.forRetention(), logger: logger)
    return Link(PostgresStatistics(on: connection, queue: queue), on: connection)
  }

  package func statistics() async throws(UnitOfWorkError) -> StoreStatistics {
    do throws(PostgresError) {
      let answers = try await connection.pipeline([outbox, Self.deadLetters, Self.replication], timeout: .seconds(10))
      let row = answers[0][0]
      let letters = try answers[1].map { row throws(PostgresError) in (try row.text("reason"), try row.count()) }
      return StoreStatistics(
        outboxCount: try row.count(), outboxAge: .milliseconds(try row.int8("age")),
        deadLetters: Dictionary(letters) { first, _ in first }, replication: try Self.lag(answers[2][0]))
    } catch {
      throw UnitOfWorkError(error)
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
