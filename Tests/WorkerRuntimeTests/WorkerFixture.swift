import DeliveryPipeline
import ServiceLifecycleTestKit
import Synchronization
import TestFixtures
import WorkerRuntime

/// A worker between a fake broker and a store in memory, which both outlive its connections.
final class WorkerFixture: Sendable {
  struct ConnectFailed: Error {}

  let journal = Journal<Happening>()
  let status = WorkerStatus()
  let store: FakeStore
  let broker: FakeBroker
  let lease: FakeLease
  /// Holds back the closing of connections.
  let closing = Gate()
  private let settings: WorkerSettings
  private let failsFast: Bool
  private let connectFailures: Mutex<Int>
  /// What the broker says of the queue, in the order of the looks; the last one again and again.
  let queue = Mutex<[QueueFigures]>([])

  /// - Parameters:
  ///   - connectFailures: so many tries to connect fail first.
  ///   - configure: changes settings, which have no delay worth mentioning, and no sweep and no keep-alive at all.
  init(connectFailures: Int = 0, failsFast: Bool = false, _ configure: (inout WorkerSettings) -> Void = { _ in }) {
    store = FakeStore(journal: journal)
    broker = FakeBroker(journal: journal)
    lease = FakeLease(journal: journal)
    var settings = WorkerSettings()
    settings.sweepDelay = .seconds(3600)
    settings.keepAliveInterval = .seconds(3600)
    settings.leaseInterval = .milliseconds(1)
    settings.takeoverInterval = .milliseconds(1)
    settings.reconnect = Backoff(shortest: .milliseconds(1), longest: .milliseconds(1))
    settings.rerun = Backoff(shortest: .zero, longest: .zero)
    configure(&settings)
    self.settings = settings
    self.failsFast = failsFast
    self.connectFailures = Mutex(connectFailures)
  }

  func makeWorker() -> Worker {
    Worker(
      settings: settings,
      environment: ExecutionEnvironment(
        clock: FixedClock(), identifiers: CountingIdentifiers(after: 1 << 40), defaultRootName: "Main",
        messages: ExecutorFixture.messages, queue: "/commands", process: .sample(1), parking: ExecutorFixture.once),
      probe: RecordingProbe(), status: status, failsFast: failsFast, logger: ExecutorFixture.silent
    ) { [self] in
      let fails = connectFailures.withLock { failures in
        defer { failures = max(0, failures - 1) }
        return failures > 0
      }
      guard !fails else { throw ConnectFailed() }
      let source = broker.connect()
      let session = broker.sessions
      journal.note(.connected(session: session))
      return WorkerLinks(
        store: store, lease: lease, publisher: source, claimPublishing: { [broker] in broker.claimPublishing() },
        isConsumed: { [broker] in broker.isConsumed() }, consume: { source.consume() },
        connectDeadLetters: { [broker] in broker.connectDeadLetters() }, deadQueue: "/dead",
        waitUntilBroken: { await source.waitUntilBroken() },
        checkBroker: { [self] in
          BrokerHealth(queue: queue.withLock { $0.count > 1 ? $0.removeFirst() : $0.first })
        },
        close: { [journal, closing] in
          try? await closing.pass()
          journal.note(.closed(session: session))
        })
    }
  }

  /// Runs a worker beside `test`, drains it when that is done, and waits for its end.
  func run(_ test: @Sendable (_ drain: @escaping @Sendable () -> Void) async throws -> Void) async throws {
    try await testGracefulShutdown { trigger in
      let worker = makeWorker()
      async let running: Void = worker.run()
      try await test { trigger.triggerGracefulShutdown() }
      trigger.triggerGracefulShutdown()
      try await running
    }
  }
}

extension [Happening] {
  var acknowledged: [String] {
    flatMap { entry -> [String] in if case .acknowledged(let labels) = entry { labels } else { [] } }
  }

  var committed: [String] {
    flatMap { entry -> [String] in if case .committed(let labels) = entry { labels } else { [] } }
  }

  var confirmed: [String] {
    flatMap { entry -> [String] in if case .confirmed(let labels) = entry { labels } else { [] } }
  }

  /// Labels that were acknowledged before what they promise was durable.
  var acknowledgedTooEarly: [String] {
    var durable: Set<String> = []
    var early: [String] = []
    for entry in self {
      switch entry {
      case .committed(let labels), .committedDeadLetters(let labels): durable.formUnion(labels)
      case .acknowledged(let labels): early += labels.filter { !durable.contains($0) }
      default: break
      }
    }
    return early
  }
}
