import FoundationEssentials
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
  /// How often the session gives a sign of life while the replica is written to. An unanswered one ends the session
  /// after another 10 s, before the server ends it because of a client that has vanished (25 s).
  private static let signOfLife: Duration = .seconds(5)
  /// How long the end of the turn may take to record.
  private static let farewell: Duration = .seconds(3)

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

  package func waitUntilLost() async -> any Error {
    await withDiscardingTaskGroup { group in
      group.addTask { await giveSignsOfLife() }
      defer { group.cancelAll() }
      return await connection.waitUntilClosed()
    }
  }

  /// Until the task is cancelled.
  private func giveSignsOfLife() async {
    while (try? await Task.sleep(for: Self.signOfLife)) != nil {
      // Not cancelled with this task, which would end the session.
      _ = await Task { [connection] in try await connection.ping() }.result
    }
  }

  package func beginWriting() async throws(UnitOfWorkError) -> Bool {
    let process = ProcessInfo.processInfo
    let request = ReplicationTurnRecord.begin(host: process.hostName, process: process.processIdentifier)
    return try await asking { () async throws(PostgresError) in
      try await connection.pipeline([request])[0][0].bool("was_handed_over")
    }
  }

  package func endWriting() async throws(UnitOfWorkError) {
    try await asking { () async throws(PostgresError) in
      _ = try await connection.pipeline([ReplicationTurnRecord.end], timeout: Self.farewell)
    }
  }

  /// Takes the turn ahead of all replicators, which give it back after their current page, and waits until no earlier
  /// write can take effect any more.
  ///
  /// - Parameters:
  ///   - patience: how long to wait for the turn.
  ///   - settling: how long after the end of a turn its writes can take effect. Default: 6 s.
  /// - Returns: whether this process has the turn now. False: another one takes precedence, or a replicator keeps it.
  package func takePrecedence(
    patience: Duration, settling: Duration = ReplicationTurn.settling
  ) async throws -> Bool {
    let end = ContinuousClock.now + patience
    guard try await take(Self.precedence) else { return false }
    while try await !takeTurn() {
      guard ContinuousClock.now < end else { return false }
      try await Task.sleep(for: .milliseconds(200))
    }
    var turn = ReplicationTurn(on: self, settling: settling)
    _ = try await turn.beginWriting()
    return true
  }

  package func oldest(
    except excluded: Set<TenantID>, limit: Int, bytes: Int
  ) async throws(UnitOfWorkError) -> RelationshipOutboxPage? {
    try await asking { () async throws(PostgresError) in
      let answers = try await connection.pipeline([
        // Shared, so that replicators don't exclude each other; released at once.
        PostgresRequest(
          "relationships_ask_for_precedence", "select pg_try_advisory_xact_lock_shared(\(Self.precedence)) as is_free"),
        RelationshipChangesTable.oldest(except: excluded, limit: limit, bytes: bytes),
      ])
      guard try answers[0][0].bool("is_free") else { return nil }
      return try RelationshipOutboxPage(answers[1])
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

  /// Records `token` for all tenants: from now on reads are at least as fresh as the token. Call it only with the turn,
  /// when all writes have ended: also does what ``endWriting()`` does.
  package func moveTokens(to token: String) async throws(UnitOfWorkError) {
    try await asking { () async throws(PostgresError) in
      _ = try await connection.pipeline([RelationshipChangesTable.move(to: token), ReplicationTurnRecord.end])
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

extension RelationshipOutboxPage {
  /// - Throws: an error that concerns every row; ``PostgresError/decoding(reason:)`` if a row's tenant can't be read.
  init(_ rows: PostgresRows) throws(PostgresError) {
    var entries: [RelationshipEntry] = []
    var unreadable: [TenantID: String] = [:]
    for row in rows {
      let tenantID: TenantID = try row.identifier("tenant_id")
      guard unreadable[tenantID] == nil else { continue }
      do throws(PostgresError) {
        entries.append(try RelationshipChangesTable.entry(row))
      } catch {
        guard case .decoding(let reason) = error else { throw error }
        unreadable[tenantID] = "row \(try row.int8("id")) of relationship_changes: \(reason)"
      }
    }
    self.init(entries: entries, unreadable: unreadable)
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
