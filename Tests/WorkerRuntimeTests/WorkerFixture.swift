import Coordination
import Messaging
import ServiceLifecycleTestKit
import Synchronization
import TestFixtures
import UnitOfWork
import WorkerRuntime
import WorkspaceApplication

/// A worker between a fake broker and an in-memory store, both of which outlive its connections.
final class WorkerFixture: Sendable {
  struct ConnectFailed: Error {}

  /// The error of a server that is not there.
  struct Absent: ConditionalError {
    let condition: Condition
    let meansUnreachable = true
  }

  /// Whether the servers that were not there have returned.
  let knock = Mutex<@Sendable (Set<Condition>) async -> Bool>({ _ in false })
  /// The error that connecting fails with.
  let connectError = Mutex<any Error>(ConnectFailed())

  let journal = Journal<Happening>()
  /// The number of messages of each transaction that the worker knows to be confirmed. The broker, in the journal, knows
  /// earlier.
  let publications = Journal<Int>()
  let status = WorkerStatus()
  let store: FakeStore
  let broker: FakeBroker
  let replies: FakeReplies
  let lease: FakeLease
  /// Holds back the closing of connections.
  let closing = Gate()
  private let settings: WorkerSettings
  private let failsFast: Bool
  private let decider: any AccessDecider
  private let connectFailures: Mutex<Int>
  /// What the broker reports about the queue, one entry for each health check; the last entry is repeated.
  let queue = Mutex<[QueueFigures]>([])

  /// - Parameters:
  ///   - connectFailures: the number of attempts to connect that fail first.
  ///   - configure: changes the settings, which have negligible delays, and neither sweep nor keep-alive within the
  ///     hour.
  init(
    connectFailures: Int = 0, failsFast: Bool = false, decider: any AccessDecider = EmbeddedDecider(),
    _ configure: (inout WorkerSettings) -> Void = { _ in }
  ) {
    store = FakeStore(journal: journal)
    broker = FakeBroker(journal: journal)
    replies = FakeReplies(broker)
    lease = FakeLease(journal: journal)
    var settings = WorkerSettings()
    settings.sweepDelay = .seconds(3600)
    settings.keepAliveInterval = .seconds(3600)
    settings.leaseInterval = .milliseconds(1)
    settings.takeoverInterval = .milliseconds(1)
    settings.returnCheckInterval = .milliseconds(1)
    settings.reconnect = Backoff(shortest: .milliseconds(1), longest: .milliseconds(1))
    settings.rerun = Backoff(shortest: .zero, longest: .zero)
    configure(&settings)
    self.settings = settings
    self.failsFast = failsFast
    self.decider = decider
    self.connectFailures = Mutex(connectFailures)
  }

  func makeWorker() -> Worker {
    Worker(
      settings: settings,
      environment: ExecutionEnvironment(
        clock: FixedClock(), identifiers: CountingIdentifiers(after: 1 << 40),
        rules: WorkspaceRules(defaultRootName: "Main"),
        messages: ExecutorFixture.messages(), queue: "/commands", process: .sample(1), parking: ExecutorFixture.once,
        decider: decider),
      probe: RecordingProbe(), workerProbe: PublicationProbe(publications: publications), status: status,
      failsFast: failsFast, logger: ExecutorFixture.silent, replies: replies, sessions: self)
  }

  /// Runs a worker beside `test`, drains the worker when the test is done, and waits for its end.
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

extension WorkerFixture: SessionFactory {
  func openBroker() async throws -> any BrokerSession {
    let fails = connectFailures.withLock { failures in
      defer { failures = max(0, failures - 1) }
      return failures > 0
    }
    guard !fails else { throw connectError.withLock { $0 } }
    let source = broker.connect()
    journal.note(.connected(session: source.session))
    return FakeBrokerSession(fixture: self, source: source)
  }

  func requireDecider() async throws { try await decider.requireReady() }

  func openDatabase() async throws -> any DatabaseSession { FakeDatabaseSession(store: store, ownLease: lease) }

  func haveReturned(_ servers: Set<Condition>) async -> Bool {
    let knock = knock.withLock { $0 }
    return await knock(servers)
  }
}

private struct FakeBrokerSession: BrokerSession {
  let fixture: WorkerFixture
  let source: FakeSource

  var identity: LeaseHolder.Broker { fixture.lease.broker }
  let warnings: [String] = []
  let honoursPriorities = false
  let deadQueue = "/dead"
  var releaseTime: Duration { fixture.broker.releaseTime.withLock { $0 } }
  let obstacle: String? = nil
  var publisher: any MessagePublisher { source }

  func claimPublishing() async throws -> Bool { fixture.broker.claimPublishing() }
  func occupancy() async throws -> QueueOccupancy { fixture.broker.occupancy() }
  func consume() async throws -> any DeliverySource { source.consume() }
  func connectDeadLetters() async throws -> Link<any DeliverySource> { fixture.broker.connectDeadLetters() }
  func health() async throws -> BrokerHealth {
    BrokerHealth(queue: fixture.queue.withLock { $0.count > 1 ? $0.removeFirst() : $0.first })
  }
  func waitUntilClosed() async -> any Error { await source.waitUntilBroken() }

  func close() async {
    try? await fixture.closing.pass()
    fixture.journal.note(.closed(session: source.session))
  }
}

private struct PublicationProbe: WorkerProbe {
  let publications: Journal<Int>

  func observe(_ observation: WorkerObservation) {
    if case .published(let report) = observation { publications.note(report.messageCount) }
  }
}

/// A database that is never lost.
private struct FakeDatabaseSession: DatabaseSession {
  let store: any UnitOfWorkStore
  let ownLease: any ActiveWorkerLease

  func lease(at broker: LeaseHolder.Broker) -> any ActiveWorkerLease { ownLease }

  func waitUntilClosed() async -> any Error {
    while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
    return CancellationError()
  }

  func close() async {}
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

  /// The labels of commands that were acknowledged before their results or dead letters were durable.
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
