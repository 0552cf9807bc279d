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
    _ = try await connection.query("terminate", "select pg_terminate_backend(\(processID))")
  }

  /// Asks again and again, each time a round trip; gives up after 20 s.
  private func waitUntil(_ event: String, _ processID: Int32, _ condition: String?) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
      let count = try await connection.query(
        condition ?? "gone",
        "select count(*) from pg_stat_activity where pid = \(processID) and (\(raw: condition ?? "true"))")[0].count()
      guard count != (condition == nil ? 0 : 1) else { return }
    }
    throw NeverHappened(description: "not within 20 s: \(event)")
  }
}

extension PostgresConnection {
  /// The server's process for this session.
  package func processID() async throws -> Int32 {
    try await query("process_id", "select pg_backend_pid() as process")[0].int4("process")
  }
}
