package import Logging
package import PostgresClient
package import UnitOfWork
package import WorkerRuntime
package import WorkspaceDomain

/// ``RelationshipOutbox`` on a connection of its own. The turn is an advisory lock of its session: a process that loses
/// the session loses the turn.
package struct PostgresRelationshipOutbox: RelationshipOutbox {
  private static let turn = AdvisoryLockKey("workspace-worker/relationships")
  /// Held by a process that takes the turn ahead of all replicators, until its session ends.
  private static let precedence = AdvisoryLockKey("workspace-worker/relationships/precedence")

  private let connection: PostgresConnection

  /// - Parameter connection: should come from ``PostgresConfiguration/forReplication()``.
  package init(on connection: PostgresConnection) { self.connection = connection }

  /// Opens a connection for replicating.
  package static func connect(
    _ configuration: PostgresConfiguration, logger: Logger
  ) async throws -> Link<any RelationshipOutbox> {
    let connection = try await PostgresConnection.connect(configuration.forReplication(), logger: logger)
    return Link(PostgresRelationshipOutbox(on: connection), on: connection)
  }

  package func takeTurn() async throws(UnitOfWorkError) -> Bool {
    try await asking { () async throws(PostgresError) in
      try await take(Self.turn)
    }
  }

  /// Takes the turn ahead of all replicators, which give it back after their current page.
  ///
  /// - Parameter patience: how long to wait for the turn.
  /// - Returns: whether this process has the turn now. False: another one takes precedence, or a replicator keeps it.
  package func takePrecedence(patience: Duration) async throws -> Bool {
    let end = ContinuousClock.now + patience
    guard try await take(Self.precedence) else { return false }
    while try await !takeTurn() {
      guard ContinuousClock.now < end else { return false }
      try await Task.sleep(for: .milliseconds(200))
    }
    return true
  }

  package func oldest(
    except excluded: Set<TenantID>, limit: Int, bytes: Int
  ) async throws(UnitOfWorkError) -> [RelationshipEntry]? {
    try await asking { () async throws(PostgresError) in
      let answers = try await connection.pipeline([
        // Shared, so that replicators don't exclude each other; released at once.
        PostgresRequest(
          "relationships_ask_for_precedence", "select pg_try_advisory_xact_lock_shared(\(Self.precedence)) as is_free"),
        RelationshipChangesTable.oldest(except: excluded, limit: limit, bytes: bytes),
      ])
      guard try answers[0][0].bool("is_free") else { return nil }
      return try answers[1].map(RelationshipChangesTable.entry)
    }
  }

  package func markApplied(
    _ entries: [RelationshipEntry.ID], _ marks: [ReplicationMark]
  ) async throws(UnitOfWorkError) {
    let changes = [RelationshipChangesTable.delete(entries), RelationshipChangesTable.note(marks)].compactMap(\.self)
    guard !changes.isEmpty else { return }
    try await asking { () async throws(PostgresError) in
      _ = try await connection.pipeline([.begin] + changes + [.commit])
    }
  }

  /// Records `token` for all tenants: from now on reads are at least as fresh as the token. Call it only with the turn.
  package func moveTokens(to token: String) async throws(UnitOfWorkError) {
    try await asking { () async throws(PostgresError) in
      _ = try await connection.pipeline([RelationshipChangesTable.move(to: token)])
    }
  }

  private func asking<Answer: Sendable>(
    _ body: () async throws(PostgresError) -> Answer
  ) async throws(UnitOfWorkError) -> Answer {
    do throws(PostgresError) { return try await body() } catch { throw UnitOfWorkError(error) }
  }

  private func take(_ key: AdvisoryLockKey) async throws(PostgresError) -> Bool {
    try await connection.query("relationships_take_turn", "select pg_try_advisory_lock(\(key)) as is_mine")[0].bool(
      "is_mine")
  }
}

extension PostgresConfiguration {
  /// For a connection that replicates relationships, besides that of the units of work.
  ///
  /// The connection is idle while the replica is written to. Marks are durable: otherwise a crash could repeat a page
  /// without the next one, which had removed what the repeated page adds.
  package func forReplication() -> PostgresConfiguration {
    var configuration = forUnitsOfWork(idleSessionTimeout: .seconds(60))
    configuration.statementTimeout = .seconds(10)
    configuration.lockTimeout = .seconds(5)
    return configuration
  }
}
