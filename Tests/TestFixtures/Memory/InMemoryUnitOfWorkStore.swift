import Messaging
package import UnitOfWork
package import WorkspaceDomain

/// A ``UnitOfWorkStore`` without a database, for tests of code that uses the port. It enforces the constraints of the
/// database and passes the same contract suite.
package actor InMemoryUnitOfWorkStore: UnitOfWorkStore {
  private var tables = Tables()
  private var isInTransaction = false

  package init() {}

  package func begin(_ readSet: ReadSet) async throws(UnitOfWorkError) -> Snapshot {
    guard !isInTransaction else { throw .failed(reason: "a transaction is open already") }
    isInTransaction = true
    return tables.snapshot(readSet)
  }

  package func commit(_ writeSet: WriteSet) async throws(UnitOfWorkError) -> [OutboxID] {
    guard isInTransaction else { throw .failed(reason: "no transaction is open") }
    isInTransaction = false
    var changed = tables
    let ids = try changed.apply(writeSet)
    tables = changed
    return ids
  }

  package func rollback() async throws(UnitOfWorkError) { isInTransaction = false }

  package func replication(of tenants: Set<TenantID>) async throws(UnitOfWorkError) -> [TenantID: TenantReplication] {
    tables.replication(of: tenants)
  }

  package func unpublished(after last: OutboxID? = nil, limit: Int, bytes: Int) async throws(UnitOfWorkError)
    -> [OutboxEntry]
  {
    var size = 0
    return Array(
      tables.outbox.filter { entry in last.map { entry.id.number > $0.number } ?? true }.prefix(limit).prefix { entry in
        defer { size += entry.messages.reduce(0) { $0 + $1.size } }
        return size <= bytes
      })
  }

  package func remove(_ confirmed: [OutboxID]) async throws(UnitOfWorkError) {
    let confirmed = Set(confirmed)
    tables.outbox.removeAll { confirmed.contains($0.id) }
  }
}

extension InMemoryUnitOfWorkStore {
  package func lines(dueWithin longest: Duration) async throws(UnitOfWorkError) -> [ParkedLine] { tables.parking.lines }

  package func newestLetter() async throws(UnitOfWorkError) -> ULID? { tables.deadLetters.map(\.id).max() }

  package func due(at now: Timestamp, limit: Int, bytes: Int) async throws(UnitOfWorkError) -> [ParkedEntry] {
    tables.parking.due(at: now, limit: limit, bytes: bytes)
  }

  package func becomeActive(_ process: ULID, at now: Timestamp) async throws(UnitOfWorkError) -> FatalMessages {
    tables.parking.becomeActive(process)
  }

  /// Records that a process has crashed.
  ///
  /// - Parameter message: the message that the process had in hand; nil if it had none.
  package func died(_ process: ULID, of message: FatalMessages.BodyHash?, decoded: Bool = true) {
    tables.parking.died(process, of: message, decoded: decoded)
  }
}

extension InMemoryUnitOfWorkStore {
  /// Records that an operator has begun to replay the dead letter of the command `key`.
  package func beginReplay(_ reference: ReplayReference, of key: InboxKey) {
    beginReplay(reference, of: .original(key))
  }

  /// Records that an operator has begun to replay a dead letter, or what replaces it.
  package func beginReplay(_ reference: ReplayReference, of command: ReplayedCommand) {
    tables.replays[reference] = command
  }
}

extension InMemoryUnitOfWorkStore {
  /// The relationships that follow from workspaces, groups and roles.
  package func relationships(opensRoot: Bool) -> Set<Relationship> { tables.relationships(opensRoot: opensRoot) }

  /// The committed changes of relationships, oldest first.
  package var relationshipCommits: [RelationshipCommit] { tables.relationshipCommits }

  /// The commits that are not replicated yet, oldest first.
  package var waitingRelationshipCommits: [RelationshipCommit] { tables.waitingRelationshipCommits }

  /// Marks everything committed so far as replicated.
  package func noteReplicated(token: String) { tables.noteReplicated(token: token) }
}

extension InMemoryUnitOfWorkStore: Retention {
  package func removeExpired(
    olderThan retention: Duration, at now: Timestamp, from start: Timestamp?, limit: Int
  ) async throws(UnitOfWorkError) -> RemovedEntries {
    tables.removeInbox(from: start, before: now.cutoff(retention), limit: limit)
  }
}
