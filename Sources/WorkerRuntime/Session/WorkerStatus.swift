import Synchronization
package import UnitOfWork

/// What a worker is doing, for status queries.
package final class WorkerStatus: Sendable {
  package enum Phase: Sendable, Equatable {
    /// Not connected to both servers, or one of them is not prepared.
    case connecting(missing: MissingConditions)
    /// Connected; another worker of the same queue is active.
    case standby
    /// Publishing what a previous worker left in the outbox.
    case recovering
    case active
    /// Connected, but something that work needs is missing; work resumes automatically.
    case blocked(missing: MissingConditions)
    /// Finishing the work in progress.
    case draining
    case stopped
  }

  private struct State {
    var phase = Phase.connecting(missing: MissingConditions(.worker, "the worker has just started"))
    var obstacle: (@Sendable () -> String?)?
    var figures: (@Sendable () -> SessionFigures)?
    var check = MissingConditions([:])
    var lastBeat: ContinuousClock.Instant?
    var warnings: [String] = []
    var holder: LeaseHolder?
    var disturbances: [OrderWatch.Disturbance: Int] = [:]
    var queue: QueueFigures?
    var store: StoreStatistics?
    var left: SessionFigures?
    /// Observers of changes.
    var observers: [Int: AsyncStream<Void>.Continuation] = [:]
    var nextObserver = 0

    var mayTellOfStore: Bool {
      switch phase {
      case .connecting, .standby: false
      case .recovering, .active, .blocked, .draining, .stopped: true
      }
    }
  }

  private let state = Mutex(State())
  /// How old the last sign of life may be.
  private let freshness: Duration
  private let now: @Sendable () -> ContinuousClock.Instant

  /// - Parameter freshness: a worker without a sign of life for this long is not ready. Default: 30 s.
  package init(
    freshness: Duration = .seconds(30), now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    self.freshness = freshness
    self.now = now
  }

  package var phase: Phase {
    let state = state.withLock { $0 }
    switch state.phase {
    case .active, .recovering:
      var missing = state.check.reasons
      if let reason = state.obstacle?() { missing[.broker] = reason }
      if let silence = silence(state) { missing[.heartbeat] = silence }
      return missing.isEmpty ? state.phase : .blocked(missing: MissingConditions(missing))
    case .standby:
      if let silence = silence(state) { return .blocked(missing: MissingConditions(.heartbeat, silence)) }
      // A standby could not take over without the topology, either. An alarm of the broker may be over by then.
      if let topology = state.check.reasons[.topology] {
        return .blocked(missing: MissingConditions(.topology, topology))
      }
      guard let obstacle = state.holder?.obstacle(freshness: freshness) else { return .standby }
      return .blocked(missing: MissingConditions(.database, obstacle))
    case .connecting, .blocked, .draining, .stopped: return state.phase
    }
  }

  /// How long there has been no sign of life; nil if the last one is fresh.
  private func silence(_ state: State) -> String? {
    guard let lastBeat = state.lastBeat, now() - lastBeat > freshness else { return nil }
    return "no batch and no response from the database for more than \(Int(freshness / .seconds(1))) s"
  }

  /// Whether work flows, or would as soon as the active worker is gone.
  package var isReady: Bool { missing.reasons.isEmpty }

  /// The conditions that are missing for readiness.
  package var missing: MissingConditions { phase.missing }

  /// A draining worker does not become active again.
  package func change(to phase: Phase) {
    change { state in
      guard state.phase != .draining || phase == .stopped else { return }
      state.phase = phase
      if !state.mayTellOfStore { state.store = nil }
    }
  }

  private func change(_ body: (inout State) -> Void) {
    let observers = state.withLock { state in
      body(&state)
      return Array(state.observers.values)
    }
    for observer in observers { observer.yield() }
  }

  /// The current phase, and the phase after each possible change, until the task is cancelled. A slow reader misses
  /// phases that are over. The passing of time is not a change: a silence is noticed only at the next check of the
  /// broker.
  package var phases: some AsyncSequence<Phase, Never> {
    let (changes, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let number = state.withLock { state in
      state.nextObserver += 1
      state.observers[state.nextObserver] = continuation
      return state.nextObserver
    }
    continuation.onTermination = { [weak self] _ in
      _ = self?.state.withLock { $0.observers.removeValue(forKey: number) }
    }
    continuation.yield()
    return changes.map { [self] _ in phase }
  }

  /// Returns when `condition` holds.
  ///
  /// - Throws: `CancellationError` when the task is cancelled.
  package func wait(until condition: (WorkerStatus) -> Bool) async throws {
    for await _ in phases where condition(self) { return }
    throw CancellationError()
  }

  /// What an operator should know even while work flows, as of the worker's last connect.
  package var warnings: [String] {
    get { state.withLock { $0.warnings } }
    set { state.withLock { $0.warnings = newValue } }
  }

  /// Notes that a session begins, or has ended if `obstacle` is nil; forgets what was known of the previous one.
  ///
  /// - Parameter obstacle: called for each status query while the worker has work; returns why work does not flow.
  package func watch(_ obstacle: (@Sendable () -> String?)?) {
    change { state in
      state.obstacle = obstacle
      state.check = MissingConditions([:])
      state.queue = nil
      state.holder = nil
      state.lastBeat = obstacle == nil ? nil : now()
    }
  }

  /// The active worker, while this one stands by; nil if unknown.
  package var holder: LeaseHolder? {
    get { state.withLock { $0.phase == .standby ? $0.holder : nil } }
    set { change { $0.holder = newValue } }
  }

  /// Counts a message that came out of order.
  package func note(_ disturbance: OrderWatch.Disturbance) {
    state.withLock { $0.disturbances[disturbance, default: 0] += 1 }
  }

  /// How many messages this process has seen out of order, by cause.
  package var disturbances: [OrderWatch.Disturbance: Int] { state.withLock { $0.disturbances } }

  /// Records a sign of life: a batch was taken, or the database has answered.
  package func beat() { state.withLock { $0.lastBeat = now() } }

  /// Records what the last check of the broker found missing.
  package func note(_ check: MissingConditions, queue: QueueFigures?) {
    change { state in
      state.check = check
      state.queue = queue
    }
  }

  /// Whether the worker consumes, even if its work is blocked.
  var isConsuming: Bool { state.withLock { $0.phase == .active } }

  /// Whether this worker is to execute or publish what is waiting in the database, even if its work is blocked.
  package var isWorking: Bool { state.withLock { $0.phase == .active || $0.phase == .recovering } }

  // MARK: Figures

  /// The session's work in progress; nil without a session.
  package var session: SessionFigures? { state.withLock { $0.figures }?() }

  /// - Parameter figures: called on demand; nil when the session is over.
  package func count(_ figures: (@Sendable () -> SessionFigures)?) { state.withLock { $0.figures = figures } }

  /// The work left unfinished by a drain that was cut short; nil if there was none.
  package var leftBehind: SessionFigures? { state.withLock { $0.left } }

  func leave(_ figures: SessionFigures) { state.withLock { $0.left = figures } }

  /// The broker's last figures of the queue; nil if it has not been queried.
  package var queue: QueueFigures? { state.withLock { $0.queue } }

  /// What is waiting in the database, as last counted; nil while another worker is responsible for it.
  package var store: StoreStatistics? {
    get { state.withLock { $0.store } }
    set { state.withLock { $0.store = $0.mayTellOfStore ? newValue : nil } }
  }
}

extension WorkerStatus.Phase {
  /// What is missing for work to flow, or to flow as soon as the active worker is gone.
  package var missing: MissingConditions {
    switch self {
    case .active, .standby: MissingConditions([:])
    case .connecting(let missing), .blocked(let missing): missing
    case .recovering: MissingConditions(.outbox, "messages of a previous worker are still being published")
    case .draining: MissingConditions(.worker, "the worker is draining")
    case .stopped: MissingConditions(.worker, "the worker has stopped")
    }
  }
}
