import Coordination
import Synchronization
import UnitOfWork
import WorkerRuntime
import WorkspaceDomain

/// An outbox of relationships in memory, and whether somebody else has the turn.
final class FakeRelationshipOutbox: RelationshipOutbox, Closable {
  enum Step: Sendable, Equatable {
    case tookTurn, read, beganWriting, endedWriting
  }

  private struct State {
    var entries: [RelationshipEntry] = []
    var unreadable: [TenantID: String] = [:]
    var isTaken = false
    var isHandedOver = true
    var markFailures = 0
  }

  /// The recorded progress of tenants.
  let marks = Journal<ReplicationMark>()
  let closures = Journal<Void>()
  let steps = Journal<Step>()
  private let loss = Signal<Void>()
  private let state = Mutex(State())

  /// - Parameters:
  ///   - unreadable: tenants with an entry that can't be read.
  ///   - isTaken: whether somebody else has the turn.
  ///   - isHandedOver: whether the previous turn ended in good order.
  ///   - markFailures: how often recording what was applied fails.
  init(
    _ entries: [RelationshipEntry], unreadable: [TenantID: String] = [:], isTaken: Bool = false,
    isHandedOver: Bool = true, markFailures: Int = 0
  ) {
    state.withLock {
      $0 = State(
        entries: entries, unreadable: unreadable, isTaken: isTaken, isHandedOver: isHandedOver,
        markFailures: markFailures)
    }
  }

  var ids: [Int64] { state.withLock { $0.entries.map(\.id) } }

  func connect() -> Link<any RelationshipOutbox> { Link(self, on: self) }

  /// The connection ends, and somebody else takes the turn.
  func loseTurn() {
    state.withLock { $0.isTaken = true }
    loss.raise()
  }

  func takeTurn() async throws(UnitOfWorkError) -> Bool {
    guard state.withLock({ !$0.isTaken }) else { return false }
    steps.note(.tookTurn)
    return true
  }

  func waitUntilLost() async -> any Error {
    await loss.wait()
    return UnitOfWorkError.unavailable(reason: "the connection is lost")
  }

  func beginWriting() async throws(UnitOfWorkError) -> Bool {
    steps.note(.beganWriting)
    return state.withLock { $0.isHandedOver }
  }

  func endWriting() async throws(UnitOfWorkError) { steps.note(.endedWriting) }

  func oldest(
    except excluded: Set<TenantID>, limit: Int, bytes: Int
  ) async throws(UnitOfWorkError) -> RelationshipOutboxPage? {
    steps.note(.read)
    return state.withLock { state in
      let unreadable = state.unreadable.filter { !excluded.contains($0.key) }
      let entries = state.entries.filter { !excluded.contains($0.tenantID) && unreadable[$0.tenantID] == nil }
      return RelationshipOutboxPage(entries: Array(entries.prefix(limit)), unreadable: unreadable)
    }
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
  /// Where writes wait after they have begun.
  let gate = Gate()
  let begun = Journal<[RelationshipChange]>()
  /// Writes that were cancelled at the gate.
  let cancelled = Journal<[RelationshipChange]>()
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
    begun.note(changes)
    do { try await gate.pass() } catch {
      cancelled.note(changes)
      throw ReplicaError(.unavailable, "cancelled")
    }
    if let failure = failures.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { throw failure }
    if let refused, changes.contains(where: { $0.relationship == refused }) { throw ReplicaError(.refused, "never") }
    writes.note(changes)
    return "token \(writes.entries.count)"
  }
}
