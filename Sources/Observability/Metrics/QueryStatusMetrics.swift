package import CoreMetrics
package import WorkerRuntime

/// Gauges of the state of the lane of queries, updated when metrics are collected.
package final class QueryStatusMetrics: Sendable {
  private let status: QueryStatus
  private let waiting: (connection: Gauge, replica: Gauge)
  private let connections: [(side: QuerySide, idle: Gauge, busy: Gauge)]
  private let lag: Gauge
  private let shortfall: Gauge
  private let answered: Gauge

  package init(_ factory: any MetricsFactory, status: QueryStatus) {
    let instruments = Instruments(factory: factory)
    let catalogue = MetricCatalogue.self
    self.status = status
    waiting = (
      instruments.gauge(catalogue.waitingQueries, [.cause: "connection"]),
      instruments.gauge(catalogue.waitingQueries, [.cause: "replica"])
    )
    connections = QuerySide.allCases.map { side in
      (
        side, instruments.gauge(catalogue.queryConnections, [.side: side.rawValue, .state: "idle"]),
        instruments.gauge(catalogue.queryConnections, [.side: side.rawValue, .state: "busy"])
      )
    }
    lag = instruments.gauge(catalogue.replicaLag)
    shortfall = instruments.gauge(catalogue.replicaShortfall)
    answered = instruments.gauge(catalogue.queryLane)
  }

  /// Updates the gauges.
  package func collect() {
    let count = status.waiting
    waiting.connection.record(count.connection)
    waiting.replica.record(count.replica)
    for (side, idle, busy) in connections {
      let connections = status.connections(side)
      idle.record(connections.open - connections.busy)
      busy.record(connections.busy)
    }
    lag.record((status.lag ?? .zero) / .seconds(1))
    shortfall.record(status.shortfall)
    answered.record(status.problem == nil ? 1 : 0)
  }
}
