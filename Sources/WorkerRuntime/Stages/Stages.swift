import DeliveryPipeline
import MessageContract

/// The three stages of a session, overlapped: while one batch is published, the next is committed and the one after
/// that arrives. Each stage has one batch in hand and takes whatever has arrived meanwhile as its next.
///
/// A stage runs on the thread of the connection that it works with. So a command changes threads twice on its way, and
/// not before and after each call.
struct Stages {
  let confirmed = ConfirmedEntries()
  let acknowledger: Acknowledger
  private let consume: ConsumeStage
  private let commit: CommitStage
  private let publish: PublishStage
  private let requests: BatchChannel<CommitRequest>
  private let sweepDelay: Duration

  init(session: WorkerSession, source: any DeliverySource) {
    let settings = session.settings
    let batch = (count: settings.batchCount, bytes: settings.batchBytes)
    requests = BatchChannel(
      limits: .init(count: batch.count, bytes: batch.bytes), room: .init(count: batch.count, bytes: batch.bytes))
    // A publication is all that one transaction committed. One may wait while another is published; a second one
    // makes committing, and with it consuming, pause.
    let publications = BatchChannel<Publication>(
      limits: .init(count: 1, bytes: batch.bytes), room: .init(count: 1, bytes: batch.bytes))
    acknowledger = Acknowledger(source: source)
    sweepDelay = settings.sweepDelay
    consume = ConsumeStage(
      source: source, decoder: CommandDecoder(limits: settings.limits), acknowledger: acknowledger,
      output: requests)
    commit = CommitStage(
      input: requests,
      executor: BatchExecutor(
        store: session.links.store, environment: session.environment, probe: session.probe, backoff: settings.rerun,
        logger: session.logger),
      store: session.links.store, confirmed: confirmed, acknowledger: acknowledger, output: publications,
      logger: session.logger)
    publish = PublishStage(
      input: publications, publisher: session.links.publisher, confirmed: confirmed, acknowledger: acknowledger)
  }

  /// Runs until consuming was stopped and everything in hand is committed, published and acknowledged.
  func run() async throws {
    try await withThrowingTaskGroup { group in
      group.addTask(executorPreference: consume.source.taskExecutor) { try await consume.run() }
      group.addTask(executorPreference: commit.store.taskExecutor) { try await commit.run() }
      group.addTask { try await publish.run() }
      group.addTask(executorPreference: consume.source.taskExecutor) { try await acknowledger.run() }
      // The first failure ends them all. `waitForAll` would wait for the others, which wait for each other, first.
      for try await _ in group {}
    }
  }

  /// Sees to it that confirmed messages leave the outbox when no batch takes them along.
  func watchConfirmed() async throws {
    try await confirmed.watch(delay: sweepDelay) {
      requests.append([.sweep]) { _ in 0 }
    }
  }
}
