package import PostgresClient

/// Looks at other sessions from outside: what tests wait for instead of letting time pass.
package struct SessionObserver: Sendable {
  private let connection: PostgresConnection

  package init(connection: PostgresConnection) { self.connection = connection }

  package struct NeverHappened: Error, CustomStringConvertible {
    package let description: String
  }

  /// Waits until the session waits for a lock.
  package func waitUntilBlocked(_ processID: Int32) async throws {
    try await waitUntil("session \(processID) waits for a lock", processID, "wait_event_type = 'Lock'")
  }

  /// Waits until the session sleeps inside `pg_sleep`.
  package func waitUntilAsleep(_ processID: Int32) async throws {
    try await waitUntil("session \(processID) sleeps", processID, "wait_event = 'PgSleep'")
  }

  package func waitUntilGone(_ processID: Int32) async throws {
    try await waitUntil("session \(processID) is gone", processID, nil)
  }

  /// Ends a session as an administrator does.
  package func terminate(_ processID: Int32) async throws {
    var parameters = PostgresParameters()
    parameters.append(processID)
    let statement = PostgresStatement(
      name: "terminate", parameters: [.int4], sql: "select pg_terminate_backend($1)")
    _ = try await connection.pipeline([PostgresRequest(statement, parameters)])
  }

  /// Asks again and again, each time a round trip; gives up after 20 s.
  private func waitUntil(_ event: String, _ processID: Int32, _ condition: String?) async throws {
    var parameters = PostgresParameters()
    parameters.append(processID)
    let statement = PostgresStatement(
      name: condition ?? "gone", parameters: [.int4],
      sql: "select count(*) from pg_stat_activity where pid = $1 and (\(condition ?? "true"))")
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
      let rows = try await connection.pipeline([PostgresRequest(statement, parameters)])
      guard try rows[0][0].int8(0) != (condition == nil ? 0 : 1) else { return }
    }
    throw NeverHappened(description: "not within 20 s: \(event)")
  }
}

extension PostgresConnection {
  /// The server's process for this session.
  package func processID() async throws -> Int32 {
    let statement = PostgresStatement(name: "process_id", sql: "select pg_backend_pid()")
    return try await pipeline([PostgresRequest(statement)])[0][0].int4(0)
  }
}
