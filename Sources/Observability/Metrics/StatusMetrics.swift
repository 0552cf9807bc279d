package import CoreMetrics
import Synchronization
import UnitOfWork
package import WorkerRuntime
package import WorkspaceApplication
import WorkspaceDomain

/// Metrics of a worker's state and load, updated on demand.
package final class StatusMetrics: Sendable {
  private let status: WorkerStatus
  private let clock: any WallClock
  private let states: [(name: String, gauge: Gauge)]
  private let conditions: [(condition: Condition, gauge: Gauge)]
  private let ready: Gauge
  private let unacknowledged: Gauge
  private let waiting: Gauge
  private let queueMessages: Gauge
  private let queueConsumers: Gauge
  private let outboxEntries: Gauge
  private let outboxAge: Gauge
  private let replicationWaiting: Gauge
  private let replicationAge: Gauge
  private let parkedCommands: Gauge
  private let parkedLines: Gauge
  private let parkedAge: Gauge
  private let disordered: [(cause: OrderWatch.Disturbance, counter: GrowingCounter)]
  private let deadLetters: Mutex<[String: Gauge]>
  private let instruments: Instruments

  /// - Parameters:
  ///   - prefetch: the configured prefetch.
  ///   - reasons: reasons of dead letters that are reported as 0 while there are none.
  package init(
    _ factory: any MetricsFactory, status: WorkerStatus, clock: any WallClock, prefetch: Int, version: String,
    reasons: [String]
  ) {
    let instruments = Instruments(factory: factory)
    let catalogue = MetricCatalogue.self
    self.instruments = instruments
    self.status = status
    self.clock = clock
    states = WorkerStatus.Phase.names.map { ($0, instruments.gauge(catalogue.state, [.state: $0])) }
    conditions = Condition.allCases.map { ($0, instruments.gauge(catalogue.missing, [.condition: $0.rawValue])) }
    ready = instruments.gauge(catalogue.ready)
    unacknowledged = instruments.gauge(catalogue.unacknowledged)
    waiting = instruments.gauge(catalogue.waiting)
    queueMessages = instruments.gauge(catalogue.queueMessages)
    queueConsumers = instruments.gauge(catalogue.queueConsumers)
    outboxEntries = instruments.gauge(catalogue.outboxEntries)
    outboxAge = instruments.gauge(catalogue.outboxAge)
    replicationWaiting = instruments.gauge(catalogue.replicationWaiting)
    replicationAge = instruments.gauge(catalogue.replicationAge)
    parkedCommands = instruments.gauge(catalogue.parkedCommands)
    parkedLines = instruments.gauge(catalogue.parkedLines)
    parkedAge = instruments.gauge(catalogue.parkedAge)
    disordered = OrderWatch.Disturbance.allCases.map {
      ($0, GrowingCounter(instruments.counter(catalogue.disordered, [.cause: $0.rawValue])))
    }
    deadLetters = Mutex(
      Dictionary(
        uniqueKeysWithValues: reasons.map { ($0, instruments.gauge(catalogue.storedDeadLetters, [.reason: $0])) }))
    instruments.gauge(catalogue.prefetch).record(prefetch)
    instruments.gauge(catalogue.build, [.version: version, .swift: SwiftVersion.current]).record(1)
  }

  /// Updates the instruments.
  package func collect() {
    let phase = status.phase
    let missing = phase.missing
    for (name, gauge) in states { gauge.record(name == phase.name ? 1 : 0) }
    for (condition, gauge) in conditions { gauge.record(missing.reasons[condition] == nil ? 0 : 1) }
    ready.record(missing.reasons.isEmpty ? 1 : 0)
    // Without a session the broker is not queried: its last answer stays. Zero would look like an empty queue.
    if let queue = status.queue {
      queueMessages.record(queue.messages)
      queueConsumers.record(queue.consumers)
    }
    let disturbances = status.disturbances
    for (cause, counter) in disordered { counter.rise(to: disturbances[cause] ?? 0) }
    collectSession()
    collectStore()
  }

  private func collectSession() {
    let session = status.session
    let lines = session?.lines ?? []
    unacknowledged.record(session?.unacknowledged ?? 0)
    waiting.record(session?.waiting ?? 0)
    parkedLines.record(lines.count)
    parkedCommands.record(lines.reduce(0) { $0 + $1.count })
    let oldest = lines.map(\.oldest.milliseconds).min()
    parkedAge.record(oldest.map { Double(max(0, clock.now().milliseconds - $0)) / 1000 } ?? 0)
  }

  private func collectStore() {
    let store = status.store
    outboxEntries.record(store?.outboxCount ?? 0)
    outboxAge.record((store?.outboxAge ?? .zero) / .seconds(1))
    replicationWaiting.record(store?.replication.count ?? 0)
    replicationAge.record((store?.replication.age ?? .zero) / .seconds(1))
    deadLetters.withLock { gauges in
      let letters = store?.deadLetters ?? [:]
      for reason in letters.keys where gauges[reason] == nil {
        gauges[reason] = instruments.gauge(MetricCatalogue.storedDeadLetters, [.reason: reason])
      }
      for (reason, gauge) in gauges { gauge.record(letters[reason] ?? 0) }
    }
  }
}

extension WorkerStatus.Phase {
  package static let names = ["connecting", "standby", "recovering", "active", "blocked", "draining", "stopped"]

  /// The phase's name in metrics and health: one of ``names``.
  package var name: String {
    switch self {
    case .connecting: "connecting"
    case .standby: "standby"
    case .recovering: "recovering"
    case .active: "active"
    case .blocked: "blocked"
    case .draining: "draining"
    case .stopped: "stopped"
    }
  }
}

/// The Swift version that this program was built with.
enum SwiftVersion {
  static var current: String {
    #if swift(>=6.4)
    "6.4 or later"
    #elseif swift(>=6.3)
    "6.3"
    #else
    "before 6.3"
    #endif
  }
}
