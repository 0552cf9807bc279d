import Coordination
import Synchronization
import UnitOfWork
import WorkspaceDomain

/// Brings the replicator of this process together with those who wait for it: they hurry it, and hear how it goes.
/// Another process may be the one that replicates, of which nothing is heard here.
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

  // MARK: Of those who wait

  /// Is sent when the replicator next gets on, or fails.
  var beat: Signal<Void> { state.withLock { $0.beat } }

  /// The replicator looks into the outbox at once, even if it is waiting after a failure.
  func hurry() { state.withLock { $0.hurry }.raise() }

  /// Why nothing could be replicated when the replicator last tried; nil if that went well, or is another process's
  /// business.
  var failure: ReplicaError? { state.withLock { $0.failure?.error } }

  /// The same, if it has failed since `start`.
  func failure(since start: ContinuousClock.Instant) -> ReplicaError? {
    state.withLock { $0.failure.flatMap { $0.at >= start ? $0.error : nil } }
  }

  /// Tenants whose changes are not taken, though those of others are.
  var refused: Set<TenantID> { state.withLock { $0.refused } }

  // MARK: Of the replicator

  /// Waits until somebody hurries it, but not longer than `duration`.
  ///
  /// - Throws: `CancellationError` when the task is cancelled.
  package func pause(atMost duration: Duration) async throws {
    let hurry = state.withLock { $0.hurry }
    try await hurry.wait(atMost: duration)
    state.withLock { if $0.hurry.isRaised { $0.hurry = Signal() } }
  }

  /// There is nothing to replicate.
  func idle() { state.withLock { $0.failure = nil } }

  /// Another process replicates.
  func standsBack() { state.withLock { ($0.failure, $0.refused) = (nil, []) } }

  /// Something of these tenants was replicated.
  func advanced(_ tenants: some Sequence<TenantID>) {
    beat {
      $0.failure = nil
      $0.refused.subtract(tenants)
    }
  }

  /// Nothing can be replicated.
  func failed(_ error: ReplicaError) { beat { $0.failure = (error, .now) } }

  /// Changes of these tenants are not taken; those of others are.
  func refused(_ tenants: some Sequence<TenantID>) { beat { $0.refused.formUnion(tenants) } }

  private func beat(_ change: (inout State) -> Void) {
    let beat = state.withLock { state in
      change(&state)
      defer { state.beat = Signal() }
      return state.beat
    }
    beat.raise()
  }
}
