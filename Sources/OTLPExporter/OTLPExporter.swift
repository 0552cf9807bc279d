import AsyncHTTPClient
import Coordination
package import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle

/// Sends spans as OTLP, in JSON over HTTP, in batches, every few seconds.
///
/// Nothing waits for the exporter: if the receiver is unavailable or slow, spans are dropped and counted.
package struct OTLPExporter: Service {
  /// The maximum number of spans in a request.
  static let batchCount = 512

  private let endpoint: String
  private let interval: Duration
  private let requestLimit: TimeAmount
  private let finalLimit: Duration
  private let resource: [String: ResourceValue]
  private let buffer: SpanBuffer
  private let logger: Logger

  /// - Parameters:
  ///   - endpoint: such as `http://127.0.0.1:4318`; the path `/v1/traces` is added unless it ends in that.
  ///   - interval: how long to wait between two rounds of sending.
  ///   - requestLimit: how long a request may take.
  ///   - finalLimit: how long requests may still take in total once the program is to end, with the one in progress.
  ///   - resource: attributes of the sender, such as `service.name`.
  package init(
    endpoint: String, interval: Duration = .seconds(2), requestLimit: Duration = .seconds(10),
    finalLimit: Duration = .seconds(3), resource: [String: ResourceValue], buffer: SpanBuffer, logger: Logger
  ) {
    self.endpoint = Self.url(of: endpoint)
    self.interval = interval
    self.requestLimit = TimeAmount(requestLimit)
    self.finalLimit = finalLimit
    self.resource = resource
    self.buffer = buffer
    self.logger = logger
  }

  static func url(of endpoint: String) -> String {
    let base = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
    return base.hasSuffix(path) ? base : base + path
  }

  /// Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp-request
  private static let path = "/v1/traces"

  /// Returns after a graceful shutdown, when the waiting spans have been sent or the time for sending them is over. A
  /// request that is in progress is among the last ones: its spans are in no buffer any more.
  package func run() async throws {
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    let stop = Signal<Void>()
    // A task of its own: this one may be cancelled, and could then not send anything any more.
    let sending = Task { await sendSpans(until: stop, with: client) }
    // However it ends: being cancelled is a reason to stop, too.
    try? await gracefulShutdown()
    stop.raise()
    let limit = Task {
      try await Task.sleep(for: finalLimit)
      sending.cancel()
    }
    await sending.value
    limit.cancel()
    try await client.shutdown()
  }

  private var configuration: HTTPClient.Configuration {
    // A redirected POST would arrive as a GET without spans, and whoever answers that is no receiver of spans. The limit
    // of a request ends with the head of its response; the one for reading bounds the wait for the rest.
    HTTPClient.Configuration(redirectConfiguration: .disallow, timeout: .init(read: requestLimit))
  }

  /// Sends what is waiting at intervals, and once more after `stop`.
  private func sendSpans(until stop: Signal<Void>, with client: HTTPClient) async {
    var isLast = false
    while !isLast {
      try? await stop.wait(atMost: interval)
      isLast = stop.isRaised
      await send(with: client)
    }
  }

  /// Sends all waiting spans, unless the receiver fails or the time for the last ones is over.
  private func send(with client: HTTPClient) async {
    while !Task.isCancelled {
      let spans = buffer.take(Self.batchCount)
      guard !spans.isEmpty else { return }
      do {
        let rejected = min(spans.count, try await post(spans, with: client))
        buffer.noteExported(spans.count - rejected)
        guard rejected > 0 else { continue }
        buffer.noteDropped(rejected)
        logger.warning("the receiver rejected spans", metadata: ["endpoint": "\(endpoint)", "count": "\(rejected)"])
      } catch {
        buffer.noteDropped(spans.count)
        logger.warning(
          "spans can't be exported and are dropped",
          metadata: ["endpoint": "\(endpoint)", "count": "\(spans.count)", "error": "\(error)"])
        return
      }
    }
  }

  /// - Returns: how many spans the receiver has rejected.
  private func post(_ spans: [FinishedSpan], with client: HTTPClient) async throws -> Int {
    var request = HTTPClientRequest(url: endpoint)
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    let document = OTLPDocument(spans: spans, resource: resource, scope: "workspace-worker")
    request.body = .bytes(ByteBuffer(bytes: document.bytes))
    let response = try await client.execute(request, timeout: requestLimit)
    // The connection is reused only once the response has been read.
    let body = try await response.body.collect(upTo: 1 << 16)
    return try OTLPAnswer(status: Int(response.status.code), Array(body.readableBytesView)).rejectedSpans
  }
}
