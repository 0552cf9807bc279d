import Synchronization

/// What a worker is doing, for whoever asks how it is.
package final class WorkerStatus: Sendable {
  package enum Phase: Sendable, Equatable {
    /// Not connected to both servers, or one of them is not prepared. Says what is missing, without secrets.
    case connecting(missing: String)
    /// Connected; another worker of the same queue is active.
    case standby
    /// Publishing what a worker before it left in the outbox.
    case recovering
    case active
    /// Finishing what is in hand.
    case draining
    case stopped
  }

  private let state = Mutex(Phase.connecting(missing: "the worker has just started"))

  package init() {}

  package var phase: Phase { state.withLock { $0 } }

  /// Whether work flows, or would as soon as the active worker is gone.
  package var isReady: Bool { phase == .active || phase == .standby }

  /// A worker that drains does not become active again.
  package func change(to phase: Phase) {
    state.withLock { current in
      guard current != .draining || phase == .stopped else { return }
      current = phase
    }
  }
}
