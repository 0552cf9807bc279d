import Coordination
import Synchronization
import UnitOfWork
import WorkerRuntime
import WorkspaceDomain

/// An outbox of relationships in memory, and whether somebody else has the turn.
final class FakeRelationshipOutbox: RelationshipOutbox, Closable {
  private struct State {
    var entries: [RelationshipEntry] = []
    var isTaken = false
    var markFailures = 0
  }

  /// The recorded progress of tenants.
  let marks = Journal<ReplicationMark>()
  let closures = Journal<Void>()
  private let state = Mutex(State())

  /// - Parameters:
  ///   - isTaken: whether somebody else has the turn.
  ///   - markFailures: how often recording what was applied fails.
  init(_ entries: [RelationshipEntry], isTaken: Bool = false, markFailures: Int = 0) {
    state.withLock { $0 = State(entries: entries, isTaken: isTaken, markFailures: markFailures) }
  }

  var ids: [Int64] { state.withLock { $0.entries.map(\.id) } }

  func connect() -> Link<any RelationshipOutbox> { Link(self, on: self) }

  func takeTurn() async throws(UnitOfWorkError) -> Bool { state.withLock { !$0.isTaken } }

  func oldest(
    except excluded: Set<TenantID>, limit: Int, bytes: Int
  ) async throws(UnitOfWorkError) -> [RelationshipEntry]? {
    state.withLock { state in Array(state.entries.filter { !excluded.contains($0.tenantID) }.prefix(limit)) }
  }

  func markApplied(_ entries: [RelationshipEntry.ID], _ marks: [ReplicationMark]) async throws(UnitOfWorkError) {
    let fails = state.withLock { state in
      guard state.markFailures == 0 else {
        state.markFailures -= 1
        return true
      }
      state.entries.removeAll { entries.contains($0.id) }
      return false
    }
    if fails { throw .unavailable(reason: "away") }
    for mark in marks { self.marks.note(mark) }
  }

  func close() async { closures.note(()) }
}

/// A replica that records requests, and refuses as a test specifies.
final class FakeReplica: RelationshipReplica {
  let writes = Journal<[RelationshipChange]>()
  private let failures: Mutex<[ReplicaError]>
  private let refused: Relationship?

  /// - Parameters:
  ///   - failures: of the first writes, one after another.
  ///   - refused: what it never accepts.
  init(failures: [ReplicaError] = [], refusing refused: Relationship? = nil) {
    self.failures = Mutex(failures)
    self.refused = refused
  }

  func write(_ changes: [RelationshipChange]) async throws(ReplicaError) -> String {
    if let failure = failures.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { throw failure }
    if let refused, changes.contains(where: { $0.relationship == refused }) { throw ReplicaError(.refused, "never") }
    writes.note(changes)
    return "token \(writes.entries.count)"
  }
}
