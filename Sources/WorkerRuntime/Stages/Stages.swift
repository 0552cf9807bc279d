import Coordination
import MessageContract
import Messaging
import UnitOfWork
import WorkspaceApplication

/// The three stages of a session, overlapped: while one batch is published, the next is committed and the one after
/// that arrives. Each stage processes one batch; everything that arrives meanwhile is its next batch.
///
/// A stage runs on the thread of the connection that it uses. So a command changes threads only twice, rather than
/// before and after each call.
struct Stages {
  let confirmed: ConfirmedEntries
  let acknowledger: Acknowledger
  private let consume: ConsumeStage
  private let commit: CommitStage
  private let publish: PublishStage
  private let requests: BatchChannel<CommitRequest>
  private let letters: LetterDeliveries
  private let suspects: Suspects
  private let sweepDelay: Duration
  private let lines: ParkedLines
  private let session: WorkerSession

  /// - Parameters:
  ///   - confirmed: knows the replies that an earlier session has left, too.
  ///   - fatal: the messages that have killed earlier processes.
  init(
    session: WorkerSession, source: any DeliverySource, lines: ParkedLines, confirmed: ConfirmedEntries,
    fatal: FatalMessages
  ) {
    self.confirmed = confirmed
    let settings = session.settings
    self.lines = lines
    self.session = session
    let batch = (count: settings.batchCount, bytes: settings.batchBytes)
    requests = BatchChannel(
      limits: .init(count: batch.count, bytes: batch.bytes), room: .init(count: batch.count, bytes: batch.bytes))
    // A publication is everything that one transaction committed. While one is being published, another may wait; a
    // further one pauses committing, and with it consuming.
    let publications = BatchChannel<Publication>(
      limits: .init(count: 1, bytes: batch.bytes), room: .init(count: 1, bytes: batch.bytes))
    let letters = LetterDeliveries()
    self.letters = letters
    acknowledger = Acknowledger(source: source, letters: letters)
    sweepDelay = settings.sweepDelay
    let decoder = CommandDecoder(limits: settings.limits, traceRatio: settings.traceRatio, access: settings.access)
    let suspects = Suspects(fatal, decoder: decoder, maximumDeaths: session.environment.parking.maximumDeaths)
    self.suspects = suspects
    consume = ConsumeStage(
      source: source, decoder: decoder, suspects: suspects, acknowledger: acknowledger,
      output: requests,
      honoursPriorities: session.broker.honoursPriorities, status: session.status, logger: session.logger)
    let committer = Committer(
      store: session.database.store, environment: session.environment, lines: lines, letters: letters,
      probe: session.probe,
      workerProbe: session.workerProbe, backoff: settings.rerun, deadline: settings.handlerDeadline,
      logger: session.logger)
    commit = CommitStage(
      input: requests, committer: committer,
      lineExecutor: LineExecutor(
        committer, suspects: suspects, decoder: decoder, batchCount: batch.count, batchBytes: batch.bytes),
      suspects: suspects, lines: lines, confirmed: confirmed, acknowledger: acknowledger, output: publications,
      status: session.status, drain: session.drain, probe: session.workerProbe, logger: session.logger)
    publish = PublishStage(
      input: publications, publisher: session.broker.publisher, replies: session.replies, confirmed: confirmed,
      probe: session.workerProbe)
  }

  /// The work in progress, for monitoring.
  func figures() -> SessionFigures {
    SessionFigures(
      unacknowledged: acknowledger.unacknowledgedCount, waiting: requests.count, lines: Array(lines.all.values),
      unpublished: confirmed.unconfirmedCount)
  }

  /// Runs until consuming has stopped and all work in progress is committed, published and acknowledged.
  func run() async throws {
    try await withThrowingTaskGroup { group in
      group.addTask(executorPreference: consume.source.taskExecutor) { try await consume.run() }
      group.addTask(executorPreference: commit.committer.store.taskExecutor) { try await commit.run() }
      group.addTask { try await publish.run() }
      group.addTask(executorPreference: consume.source.taskExecutor) { try await acknowledger.run() }
      group.addTask { try await acknowledger.confirmLetters { requests.append([.sweep]) { _ in 0 } } }
      // The first failure ends them all. `waitForAll` would first wait for the others, which wait for each other.
      for try await _ in group {}
    }
    // Records the letters that were acknowledged during the drain.
    try await commit.noteAcknowledgedLetters()
  }

  /// Makes sure that confirmed messages leave the outbox if no batch removes them.
  func watchConfirmed() async throws {
    try await confirmed.watch(delay: sweepDelay) {
      requests.append([.sweep]) { _ in 0 }
    }
  }

  /// Makes sure that lines of parked commands continue when they are due.
  func watchLines() async throws {
    let parking = session.environment.parking
    try await lines.watch(rest: parking.rest, interval: parking.interval, now: session.environment.clock.now) {
      // A drain finishes what was delivered; lines are already stored.
      if !session.drain.isRaised { requests.append([.lines]) { _ in 0 } }
    }
  }

  /// Moves what the broker has dead-lettered into the ledger.
  func moveDeadLetters() async throws {
    let mover = DeadLetterMover(
      connect: session.broker.connectDeadLetters, decoder: CommandDecoder(limits: session.settings.limits),
      suspects: suspects,
      letters: letters, queue: session.broker.deadQueue,
      announcements: session.environment.messages.names.deadLettersExchange,
      backoff: session.settings.reconnect, output: requests, status: session.status, logger: session.logger)
    // A drain leaves that queue to the next worker: the commands in progress go first.
    let drain = session.drain
    try await withThrowingTaskGroup { group in
      group.addTask { try await mover.run() }
      group.addTask { await drain.wait() }
      try await group.next()
      group.cancelAll()
    }
  }
}
