package import CoreMetrics
import Messaging
import UnitOfWork
package import WorkerRuntime
import WorkspaceApplication

/// Turns observations of the worker into metrics.
package final class WorkerMetrics: WorkerProbe {
  private let commands: CounterSet<OfType<Outcome.Kind>>
  private let rejections: CounterSet<OfType<Rejection.Code>>
  private let deadLetters: CounterSet<DeadLetterReason>
  private let batches: CounterSet<BatchCloseReason>
  private let rollbacks: CounterSet<String>
  private let reconnects: CounterSet<Condition>
  private let replies: CounterSet<ReplyOutcome>
  private let expiredEntries: CounterSet<String>
  private let cleaningFailures: CounterSet<String>
  private let replicatedChanges: Counter
  private let differences: Counter
  private let replicationFailures: CounterSet<ReplicaError.Kind>
  private let batchSize: Recorder
  private let consumed: Counter
  private let sent: Counter
  private let republished: Counter
  private let processDuration: Timer
  private let operationDuration: Timer
  private let duration: Timer
  private let parts: (queue: Timer, batch: Timer, commit: Timer, publish: Timer)

  /// - Parameters:
  ///   - queue: the name of the queue of commands.
  ///   - tables: the tables with a retention.
  package init(_ factory: any MetricsFactory, queue: String, tables: [String]) {
    let instruments = Instruments(factory: factory)
    let catalogue = MetricCatalogue.self
    commands = CounterSet(known: OfType.allKinds) {
      instruments.counter(catalogue.commands, [.type: $0.name, .outcome: $0.value.rawValue])
    }
    rejections = CounterSet(known: []) {
      instruments.counter(catalogue.rejections, [.type: $0.name, .code: $0.value.rawValue])
    }
    // Unreadable rows are moved by the store itself, unobserved.
    deadLetters = CounterSet(known: DeadLetterReason.allCases.filter { $0 != .unreadableRow }) {
      instruments.counter(catalogue.deadLetters, [.reason: $0.rawValue])
    }
    batches = CounterSet(known: BatchCloseReason.allCases) {
      instruments.counter(catalogue.batches, [.closedBy: $0.rawValue])
    }
    rollbacks = CounterSet(known: UnitOfWorkError.causes) { instruments.counter(catalogue.rollbacks, [.cause: $0]) }
    reconnects = CounterSet(known: Condition.allCases) {
      instruments.counter(catalogue.reconnects, [.cause: $0.rawValue])
    }
    replies = CounterSet(known: ReplyOutcome.allCases) {
      instruments.counter(catalogue.replies, [.outcome: $0.rawValue])
    }
    expiredEntries = CounterSet(known: tables) { instruments.counter(catalogue.expired, [.table: $0]) }
    cleaningFailures = CounterSet(known: tables) { instruments.counter(catalogue.cleaningFailures, [.table: $0]) }
    replicatedChanges = instruments.counter(catalogue.replicatedChanges)
    differences = instruments.counter(catalogue.relationshipDifferences)
    replicationFailures = CounterSet(known: ReplicaError.Kind.allCases) {
      instruments.counter(catalogue.replicationFailures, [.reason: $0.rawValue])
    }
    batchSize = instruments.recorder(catalogue.batchSize)
    let system = "rabbitmq"
    consumed = instruments.counter(
      catalogue.consumed, [.messagingSystem: system, .messagingDestination: queue, .messagingOperation: "process"])
    sent = instruments.counter(catalogue.sent, [.messagingSystem: system, .messagingOperation: "publish"])
    republished = instruments.counter(catalogue.republished)
    processDuration = instruments.timer(
      catalogue.processDuration,
      [.messagingSystem: system, .messagingDestination: queue, .messagingOperation: "process"])
    operationDuration = instruments.timer(
      catalogue.operationDuration, [.messagingSystem: system, .messagingOperation: "publish"])
    duration = instruments.timer(catalogue.duration)
    parts = (
      instruments.timer(catalogue.partDuration, [.part: "queue"]),
      instruments.timer(catalogue.partDuration, [.part: "batch"]),
      instruments.timer(catalogue.partDuration, [.part: "commit"]),
      instruments.timer(catalogue.partDuration, [.part: "publish"])
    )
  }

  package func observe(_ observation: WorkerObservation) {
    switch observation {
    case .sessionEnded(let conditions): for condition in conditions.reasons.keys { reconnects.add(to: condition) }
    case .batchTaken(let reason): batches.add(to: reason)
    case .committed(let batch): count(batch)
    case .rolledBack(let error): rollbacks.add(to: error.cause)
    case .published(let publication): count(publication)
    case .replied(let outcome): replies.add(to: outcome)
    case .recovered(let messageCount):
      republished.increment(by: messageCount)
      sent.increment(by: messageCount)
    case .expired(let count, let table): expiredEntries.add(count, to: table)
    case .cleaningFailed(let table): cleaningFailures.add(to: table)
    case .relationshipsReplicated(let changes): replicatedChanges.increment(by: changes)
    case .replicationFailed(let kind): replicationFailures.add(to: kind)
    case .relationshipsDiffer(let count): differences.increment(by: count)
    }
  }

  private func count(_ batch: CommittedBatch) {
    let counts = batch.handled.reduce(into: [OfType<Outcome>: Int]()) { counts, handled in
      counts[OfType(handled.type, handled.outcome), default: 0] += 1
    }
    for (outcome, count) in counts {
      commands.add(count, to: OfType(outcome.type, outcome.value.kind))
      switch outcome.value {
      case .rejected(let code): rejections.add(count, to: OfType(outcome.type, code))
      case .deadLettered(let reason): deadLetters.add(count, to: reason)
      case .succeeded, .repeated, .parked: break
      }
    }
    consumed.increment(by: batch.deliveries.count)
    batchSize.record(batch.handled.count)
    processDuration.record(batch.duration)
  }

  private func count(_ publication: PublicationReport) {
    sent.increment(by: publication.messageCount)
    operationDuration.record(publication.duration)
    for latency in publication.latencies {
      if let queue = latency.queue { parts.queue.record(queue) }
      parts.batch.record(latency.batch)
      parts.commit.record(latency.commit)
      parts.publish.record(latency.publish)
      duration.record(latency.total)
    }
  }
}

/// A value for a type of command; without a type, for messages that are not commands.
private struct OfType<Value: Hashable & Sendable>: Hashable, Sendable {
  let type: CommandType?
  let value: Value

  init(_ type: CommandType?, _ value: Value) {
    self.type = type
    self.value = value
  }

  var name: String { type?.rawValue ?? "unknown" }
}

extension OfType<Outcome.Kind> {
  /// The counters that exist from the start, with 0.
  static var allKinds: [Self] {
    CommandType.allCases.flatMap { type in Value.allCases.map { Self(type, $0) } } + [Self(nil, .deadLettered)]
  }
}

extension UnitOfWorkError {
  fileprivate static let causes = ["conflict", "transient", "timed_out", "unavailable", "failed"]

  fileprivate var cause: String {
    switch self {
    case .conflict: "conflict"
    case .transient: "transient"
    case .timedOut: "timed_out"
    case .unavailable: "unavailable"
    case .failed: "failed"
    }
  }
}
