import Coordination
import Logging
import MessageContract
import Messaging
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// The life of a worker between two losses of a connection.
///
/// Any failure ends the session, together with the work in hand: deliveries that were not acknowledged are redelivered,
/// the inbox answers those that were committed, and the outbox has the messages that were not published. Recovery from
/// a lost connection is the same as from a killed process.
struct WorkerSession {
  let broker: any BrokerSession
  let database: any DatabaseSession
  let lease: any ActiveWorkerLease
  let replies: any ReplySender
  let settings: WorkerSettings
  let environment: ExecutionEnvironment
  let probe: any WorkspaceServiceProbe & Sendable
  let workerProbe: any WorkerProbe
  let status: WorkerStatus
  let drain: Signal<Void>
  let logger: Logger

  /// Returns after a drain; throws what ended the session before.
  func run() async throws {
    try await withThrowingTaskGroup { group in
      group.addTask { throw await broker.waitUntilClosed() }
      group.addTask { throw await database.waitUntilClosed() }
      group.addTask { try await keepAlive() }
      group.addTask { try await watchBroker() }
      group.addTask { try await watchDecider() }
      group.addTask { try await work() }
      // The first five tasks never return: this is the end of `work()`, or the first failure.
      try await group.next()
      group.cancelAll()
    }
  }

  private func keepAlive() async throws {
    while true {
      try await Task.sleep(for: settings.keepAliveInterval)
      try await lease.keepAlive()
      status.beat()
    }
  }

  /// Checks, at intervals, whether the broker has what work needs, and whether it knows of this worker's consumer. A
  /// consumer that the broker repeatedly does not know will never get anything: then the session ends, and another one
  /// begins.
  private func watchBroker() async throws {
    var missed = 0
    while true {
      let check = try await broker.health()
      missed = check.queue?.consumers == 0 && status.isConsuming ? missed + 1 : 0
      var missing = check.missing.reasons
      if missed >= Self.believedMisses { missing[.consumer] = Self.unknownConsumer }
      status.note(MissingConditions(missing), queue: check.queue)
      guard missed < Self.maximumMisses else { throw MissingConditions(.consumer, Self.unknownConsumer) }
      try await Task.sleep(for: settings.checkInterval)
    }
  }

  /// Ends the session when permissions can no longer be decided, even if no command needs a decision yet: a worker that
  /// can't decide is not ready. A drain is not ended: it decides for the work in hand as far as possible.
  private func watchDecider() async throws {
    while true {
      try await Task.sleep(for: settings.checkInterval)
      guard !drain.isRaised else { continue }
      do {
        try await environment.decider.requireReady()
      } catch {
        // A single call may fail.
        try await Task.sleep(for: Self.secondCheck)
        if !drain.isRaised { try await environment.decider.requireReady() }
      }
    }
  }

  private static let secondCheck: Duration = .seconds(1)

  private static let unknownConsumer = "the broker reports no consumer of the command queue"
  /// A quorum queue that does not answer the broker in time is also reported to have no consumer.
  private static let believedMisses = 2
  private static let maximumMisses = 6

  private func work() async throws {
    guard try await becomeActive() else { return }
    try await lease.announce()
    let takeover = Takeover(broker: broker, settings: settings, status: status, drain: drain, logger: logger)
    guard try await takeover.claimPublishing() else { return }
    status.change(to: .recovering)
    let confirmed = ConfirmedEntries()
    let recovery = OutboxRecovery(
      store: database.store, publisher: broker.publisher, replies: replies, confirmed: confirmed, probe: workerProbe,
      logger: logger)
    try await recovery.run()
    guard try await takeover.awaitQueue() else { return }
    let fatal = try await database.store.becomeActive(environment.process, at: environment.clock.now())
    let lines = ParkedLines()
    lines.load(try await database.store.lines(dueWithin: environment.parking.longestWait))
    try await followLetters()
    let source = try await broker.consume()
    status.change(to: .active)
    logger.info("the worker is active")
    try await runStages(on: source, lines, confirmed, fatal)
  }

  /// Letters are sent again in the order of their ids, so those of this worker follow those of its predecessor, even if
  /// the predecessor's clock was ahead. A clock that was ahead by more than an hour is not followed.
  private func followLetters() async throws {
    guard let newest = try await database.store.newestLetter() else { return }
    let (now, next) = (environment.clock.now().milliseconds, Int64(newest.milliseconds) + 1)
    guard next > now, next <= now + 3_600_000 else { return }
    _ = try environment.identifiers.next(at: Timestamp(milliseconds: next))
  }

  /// - Returns: false if the worker is to stop before it became active.
  private func becomeActive() async throws -> Bool {
    let warnings = status.warnings
    var observer = HolderObserver(lease: lease, interval: settings.checkInterval, status: status, logger: logger)
    while !drain.isRaised {
      if try await lease.tryAcquire() {
        status.warnings = warnings
        return true
      }
      try await observer.look()
      status.change(to: .standby)
      try await drain.wait(atMost: settings.leaseInterval)
    }
    return false
  }

  private func runStages(
    on source: any DeliverySource, _ lines: ParkedLines, _ confirmed: ConfirmedEntries, _ fatal: FatalMessages
  ) async throws {
    let stages = Stages(session: self, source: source, lines: lines, confirmed: confirmed, fatal: fatal)
    status.count { stages.figures() }
    defer { status.count(nil) }
    do {
      try await run(stages, on: source)
    } catch {
      if drain.isRaised { status.leave(stages.figures()) }
      throw error
    }
    // Entries whose messages the last publications confirmed.
    try await database.store.remove(stages.confirmed.take())
  }

  private func run(_ stages: Stages, on source: any DeliverySource) async throws {
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await stages.run()
        return true
      }
      group.addTask {
        try await stages.watchConfirmed()
        return false
      }
      group.addTask {
        try await stages.watchLines()
        return false
      }
      group.addTask {
        try await stages.moveDeadLetters()
        return false
      }
      group.addTask {
        await drain.wait()
        if drain.isRaised { try await source.stopConsuming() }
        return false
      }
      while let isDone = try await group.next(), !isDone {}
      group.cancelAll()
    }
  }
}
