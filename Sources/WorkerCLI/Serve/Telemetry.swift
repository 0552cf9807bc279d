import FoundationEssentials
import Logging
import Messaging
import OTLPExporter
import Observability
import PostgresStore
import PrometheusExporter
import ServiceLifecycle
import Settings
import WorkerRuntime
import WorkspaceApplication

/// A worker's metrics and traces, and where they go.
struct Telemetry: Sendable {
  let registry: PrometheusRegistry
  let worker: any WorkerProbe
  let queries: any QueryProbe
  let workspaces: any WorkspaceServiceProbe & Sendable
  private let exporter: OTLPExporter?

  init(
    _ configuration: WorkerConfiguration, _ status: WorkerStatus, _ queryStatus: QueryStatus, sampling: LogSampling,
    logger: Logger
  ) {
    let registry = PrometheusRegistry(MetricCatalogue.all)
    let names = configuration.amqp.names
    let (queue, exchange) = (names.commandsQueue.text ?? "", names.results(configuration.publishing).text ?? "")
    let metrics = WorkerMetrics(
      registry, queue: queue, tables: PostgresRetention.Table.allCases.map(\.rawValue))
    workspaces = WorkspaceServiceProbes([LoggingWorkspaceServiceProbe(logger: logger), AuthorizationMetrics(registry)])
    queries = QueryMetrics(registry)
    let spans = SpanBuffer()
    if let endpoint = configuration.tracing.endpoint {
      worker = WorkerProbes([
        metrics, WorkerSpans(OTLPTracer(spans), queue: queue, exchange: exchange),
      ])
      exporter = OTLPExporter(endpoint: endpoint, resource: Self.resource, buffer: spans, logger: logger)
    } else {
      worker = metrics
      exporter = nil
    }
    let process = ProcessMetrics(registry)
    let gauges = StatusMetrics(
      registry, status: status, clock: SystemWallClock(), prefetch: configuration.amqp.prefetch,
      version: WorkerVersion.current, reasons: DeadLetterReason.allCases.map(\.rawValue))
    let lane = QueryStatusMetrics(registry, status: queryStatus)
    let losses = LossMetrics(registry, sampling: sampling, spans: spans)
    registry.addCollector {
      process.collect()
      gauges.collect()
      lane.collect()
      losses.collect()
    }
    self.registry = registry
  }

  /// The services that telemetry needs: the exporter of spans, if one is configured.
  var services: [any Service] { exporter.map { [$0] } ?? [] }

  /// The resource attributes of spans: https://opentelemetry.io/docs/specs/semconv/resource/
  private static var resource: [String: ResourceValue] {
    [
      "service.name": .text("workspace-worker"), "service.version": .text(WorkerVersion.current),
      "host.name": .text(ProcessInfo.processInfo.hostName),
      "process.pid": .number(Int(ProcessInfo.processInfo.processIdentifier)),
    ]
  }
}
