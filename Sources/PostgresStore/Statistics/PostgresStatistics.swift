package import Logging
package import PostgresClient
package import UnitOfWork
package import WorkerRuntime

/// ``StatisticsStore`` on a connection of its own: one round trip.
package struct PostgresStatistics: StatisticsStore {
  private static let outbox = PostgresStatement(
    name: "statistics_outbox", parameters: [.text],
    sql: """
      select count(*), coalesce(extract(epoch from now() - min(recorded_at)) * 1000, 0)::bigint
      from outbox where queue = $1
      """)
  private static let deadLetters = PostgresStatement(
    name: "statistics_dead_letters",
    sql: "select reason, count(*) from dead_letters where discarded_at is null group by reason")

  private static let replication = PostgresStatement(
    name: "statistics_replication", parameters: [.int8],
    sql: """
      select (select count(*) from (select from relationship_changes limit $1) as waiting),
        coalesce(
          (select extract(epoch from now() - recorded_at) * 1000 from relationship_changes order by id limit 1), 0)::bigint
      """)

  /// What waits to be replicated, for those who have a connection already.
  package static func replicationLag(_ connection: PostgresConnection) async throws(PostgresError) -> ReplicationLag {
    try lag(try await connection.pipeline([replicationRequest], timeout: .seconds(10))[0][0])
  }

  private static var replicationRequest: PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(Int64(ReplicationLag.countLimit))
    return PostgresRequest(replication, parameters)
  }

  private static func lag(_ row: PostgresRow) throws(PostgresError) -> ReplicationLag {
    ReplicationLag(count: Int(try row.int8(0)), age: .milliseconds(try row.int8(1)))
  }

  private let connection: PostgresConnection
  private let queue: String

  /// - Parameters:
  ///   - connection: should come from ``PostgresConfiguration/forRetention()``: its statements are short.
  ///   - queue: `<virtual host>/<queue>` whose outbox it is.
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
      var parameters = PostgresParameters()
      parameters.append(queue)
      let answers = try await connection.pipeline(
        [PostgresRequest(Self.outbox, parameters), PostgresRequest(Self.deadLetters), Self.replicationRequest], timeout: .seconds(10))
      let row = answers[0][0]
      let letters = try answers[1].map { row throws(PostgresError) in (try row.text(0), Int(try row.int8(1))) }
      return StoreStatistics(
        outboxCount: Int(try row.int8(0)), outboxAge: .milliseconds(try row.int8(1)),
        deadLetters: Dictionary(letters) { first, _ in first }, replication: try Self.lag(answers[2][0]))
    } catch {
      throw UnitOfWorkError(error)
    }
  }
}
