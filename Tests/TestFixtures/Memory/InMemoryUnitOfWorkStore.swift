import Messaging
package import UnitOfWork
package import WorkspaceDomain

/// A ``UnitOfWorkStore`` without a database, for tests of what stands on the port: it keeps the rules that the
/// database's constraints keep, and passes the same contract suite.
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

  package func unpublished(limit: Int, bytes: Int) async throws(UnitOfWorkError) -> [OutboxEntry] {
    var size = 0
    return Array(
      tables.outbox.prefix(limit).prefix { entry in
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
  package func lines() async throws(UnitOfWorkError) -> [ParkedLine] { tables.parking.lines }

  package func due(at now: Timestamp, limit: Int, bytes: Int) async throws(UnitOfWorkError) -> [ParkedEntry] {
    tables.parking.due(at: now, limit: limit, bytes: bytes)
  }

  package func becomeActive(_ process: ULID, at now: Timestamp) async throws(UnitOfWorkError) -> FatalMessages {
    tables.parking.becomeActive(process)
  }

  /// A process has died of its own doing.
  ///
  /// - Parameter message: what it had in hand; nil: nothing.
  package func died(_ process: ULID, of message: FatalMessages.BodyHash?, decoded: Bool = true) {
    tables.parking.died(process, of: message, decoded: decoded)
  }
}

extension InMemoryUnitOfWorkStore {
  /// An operator sends the letter about the command `key` again.
  package func beginReplay(_ reference: ReplayReference, of key: InboxKey) { tables.replays[reference] = key }
}

extension InMemoryUnitOfWorkStore {
  /// What workspaces, groups and roles say.
  package func relationships(opensRoot: Bool) -> Set<Relationship> { tables.relationships(opensRoot: opensRoot) }

  /// What was committed of changes of relationships, oldest first.
  package var relationshipCommits: [RelationshipCommit] { tables.relationshipCommits }

  /// Those that are not replicated.
  package var waitingRelationshipCommits: [RelationshipCommit] { tables.waitingRelationshipCommits }

  /// Everything that was committed is replicated now.
  package func noteReplicated(token: String) { tables.noteReplicated(token: token) }
}

extension InMemoryUnitOfWorkStore: Retention {
  package func removeExpired(
    olderThan retention: Duration, at now: Timestamp, from start: Timestamp?, limit: Int
  ) async throws(UnitOfWorkError) -> RemovedEntries {
    tables.removeInbox(from: start, before: now.cutoff(retention), limit: limit)
  }
}
