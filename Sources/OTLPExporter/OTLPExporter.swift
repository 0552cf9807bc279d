import AsyncHTTPClient
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
  /// How long a request may take.
  private static let requestLimit: TimeAmount = .seconds(10)
  /// How long the last requests may take in total when the program ends.
  private static let finalSendLimit: Duration = .seconds(3)

  private let endpoint: String
  private let interval: Duration
  private let resource: [String: String]
  private let buffer: SpanBuffer
  private let logger: Logger

  /// - Parameters:
  ///   - endpoint: such as `http://127.0.0.1:4318`; the path `/v1/traces` is added unless it ends in that.
  ///   - interval: how long to wait between two rounds of sending.
  ///   - resource: attributes of the sender, such as `service.name`.
  package init(
    endpoint: String, interval: Duration = .seconds(2), resource: [String: String], buffer: SpanBuffer, logger: Logger
  ) {
    self.endpoint = Self.url(of: endpoint)
    self.interval = interval
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

  /// Returns after a graceful shutdown, when the waiting spans have been sent or the time for sending them is over.
  package func run() async throws {
    // The limit of a request ends with the head of its response; this one bounds the wait for the rest.
    let client = HTTPClient(
      eventLoopGroupProvider: .singleton,
      configuration: .init(timeout: .init(read: Self.requestLimit)))
    try? await cancelWhenGracefulShutdown {
      while true {
        try await Task.sleep(for: interval)
        await send(with: client)
      }
    }
    // Not in this task, which may be cancelled.
    await Task { await sendRemainingSpans(with: client) }.value
    try await client.shutdown()
  }

  private func sendRemainingSpans(with client: HTTPClient) async {
    await withTaskGroup { group in
      group.addTask { await send(with: client) }
      group.addTask { try? await Task.sleep(for: Self.finalSendLimit) }
      await group.next()
      group.cancelAll()
    }
  }

  /// Sends all waiting spans.
  private func send(with client: HTTPClient) async {
    while true {
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

  private struct Refused: Error, CustomStringConvertible {
    let description: String
  }

  /// - Returns: how many spans the receiver has rejected.
  private func post(_ spans: [FinishedSpan], with client: HTTPClient) async throws -> Int {
    var request = HTTPClientRequest(url: endpoint)
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    let document = OTLPDocument(spans: spans, resource: resource, scope: "workspace-worker")
    request.body = .bytes(ByteBuffer(bytes: document.bytes))
    let response = try await client.execute(request, timeout: Self.requestLimit)
    // The connection is reused only once the response has been read.
    let body = try await response.body.collect(upTo: 1 << 16)
    guard (200..<300).contains(response.status.code) else { throw Refused(description: "HTTP \(response.status.code)") }
    guard let answer = OTLPAnswer(Array(body.readableBytesView)) else {
      throw Refused(description: "HTTP \(response.status.code), but the peer is not an OTLP receiver")
    }
    return answer.rejectedSpans
  }
}
