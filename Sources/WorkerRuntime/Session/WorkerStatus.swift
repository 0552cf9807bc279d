import Synchronization
package import UnitOfWork

/// What a worker is doing, for whoever asks how it is.
package final class WorkerStatus: Sendable {
  package enum Phase: Sendable, Equatable {
    /// Not connected to both servers, or one of them is not prepared.
    case connecting(missing: MissingConditions)
    /// Connected; another worker of the same queue is active.
    case standby
    /// Publishing what a worker before it left in the outbox.
    case recovering
    case active
    /// Connected, but something that work needs is missing; it goes on by itself.
    case blocked(missing: MissingConditions)
    /// Finishing what is in hand.
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
    /// Those who want to know of changes.
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

  /// - Parameter freshness: without a sign of life for so long a worker is not ready. Default: 30 s.
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
      guard let obstacle = state.holder?.obstacle(freshness: freshness) else { return .standby }
      return .blocked(missing: MissingConditions(.database, obstacle))
    case .connecting, .blocked, .draining, .stopped: return state.phase
    }
  }

  /// How long there was no sign of life; nil where the last one is fresh.
  private func silence(_ state: State) -> String? {
    guard let lastBeat = state.lastBeat, now() - lastBeat > freshness else { return nil }
    return "no batch and no sign of life of the database for more than \(Int(freshness / .seconds(1))) s"
  }

  /// Whether work flows, or would as soon as the active worker is gone.
  package var isReady: Bool { missing.reasons.isEmpty }

  /// What is missing for that.
  package var missing: MissingConditions { phase.missing }

  /// A worker that drains does not become active again.
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

  /// The phase as it is, and as it is again after whatever may have changed it, until the task is cancelled. Who looks seldom
  /// misses what is over. That time passes is no change: it takes the next look at the broker to notice a silence.
  package var phases: some AsyncSequence<Phase, Never> {
    let (changes, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let number = state.withLock { state in
      state.nextObserver += 1
      state.observers[state.nextObserver] = continuation
      return state.nextObserver
    }
    continuation.onTermination = { [weak self] _ in _ = self?.state.withLock { $0.observers.removeValue(forKey: number) } }
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

  /// What an operator should know although work flows, as of the last time that the worker connected.
  package var warnings: [String] {
    get { state.withLock { $0.warnings } }
    set { state.withLock { $0.warnings = newValue } }
  }

  /// - Parameter obstacle: asked whenever somebody asks how a worker is that has work: why that does not flow.
  package func watch(_ obstacle: (@Sendable () -> String?)?) {
    change { state in
      state.obstacle = obstacle
      state.check = MissingConditions([:])
      state.queue = nil
      state.holder = nil
      state.lastBeat = obstacle == nil ? nil : now()
    }
  }

  /// Who is active, while this worker stands by; nil where that is not known.
  package var holder: LeaseHolder? {
    get { state.withLock { $0.phase == .standby ? $0.holder : nil } }
    set { change { $0.holder = newValue } }
  }

  /// A message did not come in its order.
  package func note(_ disturbance: OrderWatch.Disturbance) { state.withLock { $0.disturbances[disturbance, default: 0] += 1 } }

  /// How many messages this process has seen that did not come in their order, by what had disturbed it.
  package var disturbances: [OrderWatch.Disturbance: Int] { state.withLock { $0.disturbances } }

  /// A sign of life: a batch was taken, or the database has answered.
  package func beat() { state.withLock { $0.lastBeat = now() } }

  /// What the last look at the broker has found missing.
  package func note(_ check: MissingConditions, queue: QueueFigures?) {
    change { state in
      state.check = check
      state.queue = queue
    }
  }

  /// The worker consumes, whether something stands against its work or not.
  var isConsuming: Bool { state.withLock { $0.phase == .active } }

  /// What waits in the database is this worker's to carry out or to publish, whether something stands against that or not.
  package var isWorking: Bool { state.withLock { $0.phase == .active || $0.phase == .recovering } }

  // MARK: Figures

  /// What the session has in hand; nil where there is none.
  package var session: SessionFigures? { state.withLock { $0.figures }?() }

  /// - Parameter figures: asked whenever somebody wants to know; nil when the session is over.
  package func count(_ figures: (@Sendable () -> SessionFigures)?) { state.withLock { $0.figures = figures } }

  /// What a drain that was cut short has left in hand; nil where there was none.
  package var leftBehind: SessionFigures? { state.withLock { $0.left } }

  func leave(_ figures: SessionFigures) { state.withLock { $0.left = figures } }

  /// What the broker last said of the queue; nil where nobody has asked.
  package var queue: QueueFigures? { state.withLock { $0.queue } }

  /// What waits in the database, as it was last counted; nil while it is another worker's to tell.
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
    case .recovering: MissingConditions(.outbox, "messages of a former worker are still being published")
    case .draining: MissingConditions(.worker, "it is draining")
    case .stopped: MissingConditions(.worker, "it has stopped")
    }
  }
}
