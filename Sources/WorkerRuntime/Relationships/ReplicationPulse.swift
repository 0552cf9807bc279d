import Coordination
import Synchronization
import UnitOfWork
import WorkspaceDomain

/// Brings the replicator of this process together with those who wait for it: they hurry it, and hear how it goes. Another
/// process may be the one that replicates, of which nothing is heard here.
package final class ReplicationPulse: Sendable {
  private struct State {
    /// Ends the replicator's pause.
    var hurry = Signal<Void>()
    var beat = Signal<Void>()
    var failure: (error: ReplicaError, at: ContinuousClock.Instant)?
    var refusals: [TenantID: (error: ReplicaError, at: ContinuousClock.Instant)] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  // MARK: Of those who wait

  /// Is sent when the replicator next gets on, or fails.
  var beat: Signal<Void> { state.withLock { $0.beat } }

  /// The replicator looks into the outbox at once, even if it is waiting after a failure.
  func hurry() { state.withLock { $0.hurry }.raise() }

  /// Why nothing could be replicated when the replicator last tried; nil if that went well, or is another process's business.
  var failure: ReplicaError? { state.withLock { $0.failure?.error } }

  /// Why nothing of `tenants` was replicated, if something has failed since `start`.
  func trouble(of tenants: some Sequence<TenantID>, since start: ContinuousClock.Instant) -> ReplicaError? {
    let (failure, refusals) = state.withLock { ($0.failure, $0.refusals) }
    let troubles = [failure].compactMap(\.self) + tenants.compactMap { refusals[$0] }
    return troubles.first { $0.at >= start }?.error
  }

  // MARK: Of the replicator

  /// Waits until somebody hurries it, but not longer than `duration`.
  ///
  /// - Throws: `CancellationError` when the task is cancelled.
  package func pause(atMost duration: Duration) async throws {
    let hurry = state.withLock { $0.hurry }
    try await hurry.wait(atMost: duration)
    state.withLock { if $0.hurry.isRaised { $0.hurry = Signal() } }
  }

  /// There is nothing to replicate, or another process does it.
  func idle() { state.withLock { $0.failure = nil } }

  /// Something was replicated.
  func advanced() { beat { $0.failure = nil } }

  /// Nothing can be replicated.
  func failed(_ error: ReplicaError) { beat { $0.failure = (error, .now) } }

  /// Changes of these tenants are not taken; those of others are.
  func refused(_ refusals: [TenantID: ReplicaError]) {
    beat { $0.refusals = refusals.mapValues { ($0, .now) } }
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
