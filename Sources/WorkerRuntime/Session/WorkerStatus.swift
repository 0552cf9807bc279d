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
    /// Connected, but a server in need does not let work flow; it goes on by itself. Says why.
    case blocked(reason: String)
    /// Finishing what is in hand.
    case draining
    case stopped
  }

  private struct State {
    var phase = Phase.connecting(missing: "the worker has just started")
    var obstacle: (@Sendable () -> String?)?
    var warnings: [String] = []
  }

  private let state = Mutex(State())

  package init() {}

  package var phase: Phase {
    let (phase, obstacle) = state.withLock { ($0.phase, $0.obstacle) }
    guard phase == .active || phase == .recovering, let reason = obstacle?() else { return phase }
    return .blocked(reason: reason)
  }

  /// Whether work flows, or would as soon as the active worker is gone.
  package var isReady: Bool { phase == .active || phase == .standby }

  /// A worker that drains does not become active again.
  package func change(to phase: Phase) {
    state.withLock { state in
      guard state.phase != .draining || phase == .stopped else { return }
      state.phase = phase
    }
  }

  /// What an operator should know although work flows, as of the last time that the worker connected.
  package var warnings: [String] {
    get { state.withLock { $0.warnings } }
    set { state.withLock { $0.warnings = newValue } }
  }

  /// - Parameter obstacle: asked whenever somebody asks how a worker is that has work: why that does not flow.
  package func watch(_ obstacle: (@Sendable () -> String?)?) { state.withLock { $0.obstacle = obstacle } }
}
