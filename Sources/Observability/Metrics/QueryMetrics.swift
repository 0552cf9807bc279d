package import CoreMetrics
import Messaging
package import WorkerRuntime
import WorkspaceApplication

/// Turns observations of the lane of queries into metrics.
package final class QueryMetrics: QueryProbe {
  private let queries: CounterSet<Handled>
  /// The same counters as those of commands: an alert doesn't ask which queue a message came from.
  private let deadLetters: CounterSet<DeadLetterReason>
  private let replies: CounterSet<ReplyOutcome>
  private let duration: Timer
  private let wait: Timer
  private let batch: Recorder

  package init(_ factory: any MetricsFactory) {
    let instruments = Instruments(factory: factory)
    let catalogue = MetricCatalogue.self
    queries = CounterSet(known: Handled.all) {
      instruments.counter(catalogue.queries, [.type: $0.type?.rawValue ?? "unknown", .outcome: $0.outcome.rawValue])
    }
    deadLetters = CounterSet(known: []) {
      instruments.counter(catalogue.deadLetters, [.reason: $0.rawValue])
    }
    replies = CounterSet(known: ReplyOutcome.allCases) {
      instruments.counter(catalogue.answers, [.outcome: $0.rawValue])
    }
    duration = instruments.timer(catalogue.queryDuration)
    wait = instruments.timer(catalogue.queryWait)
    batch = instruments.recorder(catalogue.queryBatch)
  }

  package func observe(_ observation: QueryObservation) {
    switch observation {
    case .handled(let type, let outcome, let time):
      queries.add(to: Handled(type: type, outcome: outcome.kind))
      if case .deadLettered(let reason) = outcome { deadLetters.add(to: reason) }
      duration.record(time)
    case .awaitedReplica(let time): wait.record(time)
    case .replied(let outcome): replies.add(to: outcome)
    case .read(let count): batch.record(count)
    }
  }

  private struct Handled: Hashable, Sendable {
    /// nil: the message is not a query.
    let type: CommandType?
    let outcome: QueryOutcome.Kind

    /// The counters that exist from the start, with 0.
    static let all =
      CommandType.queries.flatMap { type in
        QueryOutcome.Kind.allCases.filter { $0 != .deadLettered }.map { Handled(type: type, outcome: $0) }
      } + [.deadLettered, .expired].map { Handled(type: nil, outcome: $0) }
  }
}
