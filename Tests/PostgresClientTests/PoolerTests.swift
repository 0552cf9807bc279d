import PostgresClient
import TestSupport
import Testing

/// PgBouncer between the worker and PostgreSQL, as packages install it and as operators configure it.
@Suite(.requiresPostgres, .emptyDatabase) struct PoolerTests {
  @Test(arguments: ["", "ignore_startup_parameters = options,extra_float_digits"])
  func `a session pooler gives a session with all its settings`(line: String) async throws {
    try await PgBouncer.with("pool_mode = session", line) { bouncer in
      let connection = try await connect(bouncer)
      let rows = try await connection.query(
        """
        select current_setting(name) as value
        from unnest(
          array['lock_timeout', 'idle_session_timeout', 'synchronous_commit', 'default_transaction_isolation']) as name
        """)
      #expect(try rows.map { try $0.text("value") } == ["10s", "33s", "on", "read committed"])
      await connection.close()
    }
  }

  @Test func `sessions of a pooler can be opened one after the other, and side by side`() async throws {
    try await PgBouncer.with("pool_mode = session") { bouncer in
      let first = try await connect(bouncer)
      let second = try await connect(bouncer)
      #expect(try await first.processID() != second.processID())
      await first.close()
      let third = try await connect(bouncer)
      try await third.ping()
      await second.close()
      await third.close()
    }
  }

  @Test(arguments: [
    "pool_mode = transaction", "pool_mode = statement", "pool_mode = transaction\nserver_round_robin = 1",
    "pool_mode = session\nserver_reset_query =",
  ])
  func `a pooler that shares server processes is refused, and named`(settings: String) async throws {
    try await PgBouncer.with(settings) { bouncer in
      // Whatever a session leaves behind, the next one would find.
      let (first, second) = (await failure(bouncer), await failure(bouncer))
      let error = try #require(second ?? first, "both sessions were accepted")
      guard case .unreliableSession(let reason) = error else {
        Issue.record("\(error)")
        return
      }
      // In statement mode the pooler may hang up before its reason is read.
      #expect(reason.contains("pool_mode must be session") || reason.contains("a second one failed"), "\(reason)")
    }
  }

  @Test func `a pooler without room for a second session is refused, because its mode can't be determined`()
    async throws
  {
    try await PgBouncer.with("pool_mode = session", "default_pool_size = 1", "query_wait_timeout = 1") { bouncer in
      let error = await failure(bouncer)
      guard case .unreliableSession(let reason) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(reason.contains("a second one failed"), "\(reason)")
    }
  }

  private func configuration(_ bouncer: PgBouncer) throws -> PostgresConfiguration {
    var configuration = PostgresConfiguration(url: bouncer.url(of: try TestDatabase.current.url))
    configuration.idleSessionTimeout = .seconds(33)
    return configuration
  }

  private func connect(_ bouncer: PgBouncer) async throws -> PostgresConnection {
    try await PostgresConnection.connect(configuration(bouncer), logger: .silent)
  }

  private func failure(_ bouncer: PgBouncer) async -> PostgresError? {
    do {
      await (try connect(bouncer)).close()
      return nil
    } catch {
      return error as? PostgresError
    }
  }
}
