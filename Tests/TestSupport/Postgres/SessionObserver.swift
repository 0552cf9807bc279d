package import PostgresClient

/// Watches other database sessions, so that tests can wait for an event instead of sleeping.
package struct SessionObserver: Sendable {
  private let connection: PostgresConnection

  package init(connection: PostgresConnection) { self.connection = connection }

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

  /// Terminates a session, as an administrator would.
  package func terminate(_ processID: Int32) async throws {
    _ = try await connection.query("terminate", "select pg_terminate_backend(\(processID))")
  }

  private func waitUntil(_ event: String, _ processID: Int32, _ condition: String?) async throws {
    try await Patience.poll(for: event) {
      let count = try await connection.query(
        condition ?? "gone",
        "select count(*) from pg_stat_activity where pid = \(processID) and (\(raw: condition ?? "true"))")[0].count()
      return count == (condition == nil ? 0 : 1)
    }
  }
}

extension PostgresConnection {
  /// The ID of the server process of this session.
  package func processID() async throws -> Int32 {
    try await query("process_id", "select pg_backend_pid() as process")[0].int4("process")
  }
}
