import Coordination
import Logging
import MessageContract
import Messaging
import Synchronization
import TestFixtures
import UnitOfWork
import WorkerRuntime
import WorkspaceApplication

/// A ``Committer`` on an in-memory store, with a fixed clock.
final class ExecutorFixture: Sendable {
  static func messages(_ forms: PublishingForms = PublishingForms()) -> OutboundMessages {
    var names = BrokerNames()
    (names.resultsExchange, names.eventsExchange, names.deadLettersExchange) = ("results", "events", "dead")
    (names.resultBatchesExchange, names.eventBatchesExchange) = ("result batches", "event batches")
    return OutboundMessages(names, forms)
  }
  static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// Failed commands are not retried.
  static var once: ParkingPolicy {
    var policy = ParkingPolicy()
    policy.retries = RetrySchedule([])
    return policy
  }

  let store: FakeStore
  let probe = RecordingProbe()
  let committer: Committer
  let lineExecutor: LineExecutor
  let suspects: Suspects
  let lines = ParkedLines()
  private let lastTag = Mutex<UInt64>(0)

  /// - Parameters:
  ///   - process: its number.
  ///   - batchCount: how many parked commands run together.
  ///   - batchBytes: how many bytes of parked commands one transaction takes.
  ///   - fatal: the messages that have killed processes.
  init(
    store: FakeStore = FakeStore(), parking: ParkingPolicy = ExecutorFixture.once, process: UInt64 = 1,
    identifiersAfter last: UInt64 = 1 << 40, batchCount: Int = 4, batchBytes: Int = 8 << 20,
    deadline: Duration = .zero, fatal: FatalMessages = FatalMessages(), forms: PublishingForms = PublishingForms(),
    cascadeLimit: Int = WorkspaceRules().cascadeLimit, decider: any AccessDecider = EmbeddedDecider()
  ) {
    self.store = store
    var rules = WorkspaceRules(defaultRootName: "Main")
    rules.cascadeLimit = cascadeLimit
    let environment = ExecutionEnvironment(
      clock: FixedClock(), identifiers: CountingIdentifiers(after: last), rules: rules,
      messages: Self.messages(forms), queue: "/commands", process: .sample(process), parking: parking, decider: decider)
    committer = Committer(
      store: store, environment: environment, lines: lines, probe: probe,
      backoff: Backoff(shortest: .zero, longest: .zero), deadline: deadline, logger: Self.silent)
    suspects = Suspects(fatal, decoder: CommandDecoder(), maximumDeaths: parking.maximumDeaths)
    lineExecutor = LineExecutor(
      committer, suspects: suspects, decoder: CommandDecoder(), batchCount: batchCount, batchBytes: batchBytes)
  }

  /// The content of the ledger.
  var letters: [DeadLetter] { get async { await store.commits.flatMap(\.deadLetters) } }

  /// Runs `messages` as one batch.
  @discardableResult
  func run(_ messages: CommandMessage..., removing confirmed: [OutboxID] = []) async throws -> [CommittedBatch] {
    try await run(messages, removing: confirmed)
  }

  @discardableResult
  func run(
    _ messages: [CommandMessage], removing confirmed: [OutboxID] = [], isRedelivered: Bool = false
  ) async throws -> [CommittedBatch] {
    var batches: [CommittedBatch] = []
    try await committer.carryOut(Assignment(received(messages, isRedelivered: isRedelivered), confirmed: confirmed)) {
      batches.append($0)
    }
    return batches
  }

  func received(_ messages: [CommandMessage], isRedelivered: Bool = false) -> [ReceivedMessage] {
    messages.map { message in
      let number = lastTag.withLock { last in
        last += 1
        return last
      }
      return ReceivedMessage(message.delivery(number, isRedelivered: isRedelivered), decoder: CommandDecoder())
    }
  }
}

extension [CommittedBatch] {
  var messages: [AMQPMessage] { flatMap(\.entries).flatMap(\.messages) }
  var results: [AMQPMessage] { messages.filter { $0.exchange == "results" } }
  var events: [AMQPMessage] { messages.filter { $0.exchange == "events" } }
  var replies: [AMQPMessage] { messages.filter { $0.exchange == "" } }
  var resultBatches: [AMQPMessage] { messages.filter { $0.exchange == "result batches" } }
  var eventBatches: [AMQPMessage] { messages.filter { $0.exchange == "event batches" } }
  var announcements: [AMQPMessage] { messages.filter { $0.exchange == "dead" } }
  var types: [String] { results.compactMap { $0.properties.type?.text } }
  var settled: [UInt64] { flatMap(\.settled).map(\.number) }
}

extension AMQPMessage {
  /// The text of the member `name`, which is a string.
  func member(_ name: String) -> String? {
    guard let start = text.firstRange(of: "\"\(name)\":\"")?.upperBound else { return nil }
    return String(text[start...].prefix { $0 != "\"" })
  }
}
