package import CoreMetrics
package import DeliveryPipeline
import MessageContract
package import UnitOfWork
package import WorkerRuntime
import WorkspaceApplication

/// Makes metrics of what the worker does.
package final class WorkerMetrics: WorkerProbe {
  private let commands: CounterSet<CommandOutcome>
  private let rejections: CounterSet<CommandOutcome>
  private let deadLetters: CounterSet<String>
  private let batches: CounterSet<String>
  private let rollbacks: CounterSet<String>
  private let reconnects: CounterSet<Condition>
  private let expiredEntries: CounterSet<String>
  private let cleaningFailures: CounterSet<String>
  private let batchSize: Recorder
  private let consumed: Counter
  private let sent: Counter
  private let republished: Counter
  private let processDuration: Timer
  private let operationDuration: Timer
  private let duration: Timer
  private let parts: (queue: Timer, batch: Timer, commit: Timer, publish: Timer)

  /// - Parameters:
  ///   - queue: what the queue of commands is called.
  ///   - tables: those that forget.
  package init(_ factory: any MetricsFactory, queue: String, tables: [String]) {
    let instruments = Instruments(factory: factory)
    let catalogue = MetricCatalogue.self
    commands = CounterSet(known: CommandOutcome.alwaysCounted) { outcome in
      instruments.counter(catalogue.commands, [.type: outcome.typeName, .outcome: outcome.kind.name])
    }
    rejections = CounterSet(known: []) { outcome in
      instruments.counter(catalogue.rejections, [.type: outcome.typeName, .code: outcome.kind.code])
    }
    deadLetters = CounterSet(known: CommandFailure.allCodes) { instruments.counter(catalogue.deadLetters, [.reason: $0]) }
    batches = CounterSet(known: BatchCloseReason.allCases.map(\.rawValue)) { instruments.counter(catalogue.batches, [.closedBy: $0]) }
    rollbacks = CounterSet(known: UnitOfWorkError.causes) { instruments.counter(catalogue.rollbacks, [.cause: $0]) }
    reconnects = CounterSet(known: Condition.allCases) { instruments.counter(catalogue.reconnects, [.cause: $0.rawValue]) }
    expiredEntries = CounterSet(known: tables) { instruments.counter(catalogue.expired, [.table: $0]) }
    cleaningFailures = CounterSet(known: tables) { instruments.counter(catalogue.cleaningFailures, [.table: $0]) }
    batchSize = instruments.recorder(catalogue.batchSize)
    let system = "rabbitmq"
    consumed = instruments.counter(
      catalogue.consumed, [.messagingSystem: system, .messagingDestination: queue, .messagingOperation: "process"])
    sent = instruments.counter(catalogue.sent, [.messagingSystem: system, .messagingOperation: "publish"])
    republished = instruments.counter(catalogue.republished)
    processDuration = instruments.timer(
      catalogue.processDuration, [.messagingSystem: system, .messagingDestination: queue, .messagingOperation: "process"])
    operationDuration = instruments.timer(
      catalogue.operationDuration, [.messagingSystem: system, .messagingOperation: "publish"])
    duration = instruments.timer(catalogue.duration)
    parts = (
      instruments.timer(catalogue.partDuration, [.part: "queue"]), instruments.timer(catalogue.partDuration, [.part: "batch"]),
      instruments.timer(catalogue.partDuration, [.part: "commit"]), instruments.timer(catalogue.partDuration, [.part: "publish"])
    )
  }

  package func sessionEnded(missing conditions: MissingConditions) {
    for condition in conditions.reasons.keys { reconnects.add(to: condition) }
  }

  package func committed(_ batch: CommittedBatch) {
    let counts = batch.handled.reduce(into: [CommandOutcome: Int]()) { $0[$1.outcome, default: 0] += 1 }
    for (outcome, count) in counts {
      commands.add(count, to: CommandOutcome(outcome.type, outcome.kind.withoutCode))
      switch outcome.kind {
      case .rejected: rejections.add(count, to: outcome)
      case .deadLettered(let reason): deadLetters.add(count, to: reason)
      case .succeeded, .repeated, .parked: break
      }
    }
    consumed.increment(by: batch.deliveries.count)
    batchSize.record(batch.handled.count)
    processDuration.record(batch.duration)
  }

  package func batchTaken(closedBy reason: BatchCloseReason) { batches.add(to: reason.rawValue) }

  package func rolledBack(_ error: UnitOfWorkError) { rollbacks.add(to: error.cause) }

  package func published(_ publication: PublicationReport) {
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

  package func recovered(messageCount: Int) {
    republished.increment(by: messageCount)
    sent.increment(by: messageCount)
  }

  package func expired(count: Int, from table: String) { expiredEntries.add(count, to: table) }
  package func cleaningFailed(of table: String) { cleaningFailures.add(to: table) }
}

extension CommandOutcome {
  /// What is counted with 0 from the start.
  fileprivate static var alwaysCounted: [CommandOutcome] {
    let kinds: [Kind] = [.succeeded, .rejected(code: ""), .repeated, .parked, .deadLettered(reason: "")]
    return CommandType.allCases.flatMap { type in kinds.map { CommandOutcome(type, $0) } }
      + [CommandOutcome(nil, .deadLettered(reason: ""))]
  }

  fileprivate var typeName: String { type?.rawValue ?? "unknown" }
}

extension CommandOutcome.Kind {
  fileprivate var name: String {
    switch self {
    case .succeeded: "succeeded"
    case .rejected: "rejected"
    case .repeated: "repeated"
    case .parked: "parked"
    case .deadLettered: "dead_lettered"
    }
  }

  fileprivate var code: String {
    if case .rejected(let code) = self { code } else { "" }
  }

  fileprivate var withoutCode: Self {
    switch self {
    case .rejected: .rejected(code: "")
    case .deadLettered: .deadLettered(reason: "")
    case .succeeded, .repeated, .parked: self
    }
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
