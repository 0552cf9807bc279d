import Coordination
import Synchronization
import UnitOfWork
import WorkspaceDomain

/// Connects the replicator of this process with the tasks that wait for it: they hurry it, and learn about its progress
/// and failures. Progress of a replicator in another process is not known here.
package final class ReplicationPulse: Sendable {
  private struct State {
    /// Ends the replicator's pause.
    var hurry = Signal<Void>()
    var beat = Signal<Void>()
    var failure: (error: ReplicaError, at: ContinuousClock.Instant)?
    var refused: Set<TenantID> = []
  }

  private let state = Mutex(State())

  package init() {}

  // MARK: For waiting tasks

  /// Raised when the replicator next makes progress or fails.
  var beat: Signal<Void> { state.withLock { $0.beat } }

  /// Has the replicator read the outbox at once, even if it is pausing after a failure.
  func hurry() { state.withLock { $0.hurry }.raise() }

  /// Why the replicator's last attempt failed; nil if it did not, or if another process replicates.
  var failure: ReplicaError? { state.withLock { $0.failure?.error } }

  /// Why the replicator's last attempt failed, if that was after `start`.
  func failure(since start: ContinuousClock.Instant) -> ReplicaError? {
    state.withLock { $0.failure.flatMap { $0.at >= start ? $0.error : nil } }
  }

  /// Tenants whose changes are refused, while those of others are accepted.
  var refused: Set<TenantID> { state.withLock { $0.refused } }

  // MARK: For the replicator

  /// Waits until ``hurry()`` is called, but not longer than `duration`.
  ///
  /// - Throws: `CancellationError` when the task is cancelled.
  package func pause(atMost duration: Duration) async throws {
    let hurry = state.withLock { $0.hurry }
    try await hurry.wait(atMost: duration)
    state.withLock { if $0.hurry.isRaised { $0.hurry = Signal() } }
  }

  /// There is nothing to replicate.
  func idle() { recover { _ in } }

  /// Another process replicates.
  func yieldedTurn() { recover { $0.refused = [] } }

  /// Changes of these tenants were replicated.
  func advanced(_ tenants: some Sequence<TenantID>) {
    beat {
      $0.failure = nil
      $0.refused.subtract(tenants)
    }
  }

  /// Nothing can be replicated.
  func failed(_ error: ReplicaError) { beat { $0.failure = (error, .now) } }

  /// Changes of these tenants are refused; those of others are accepted.
  func refused(_ tenants: some Sequence<TenantID>) { beat { $0.refused.formUnion(tenants) } }

  /// The last failure, if there was one, is over, which is progress.
  private func recover(_ change: (inout State) -> Void) {
    guard failure != nil else { return state.withLock { change(&$0) } }
    beat { state in
      state.failure = nil
      change(&state)
    }
  }

  private func beat(_ change: (inout State) -> Void) {
    let beat = state.withLock { state in
      change(&state)
      defer { state.beat = Signal() }
      return state.beat
    }
    beat.raise()
  }
}
