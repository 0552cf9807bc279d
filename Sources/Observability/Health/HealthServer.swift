import FoundationEssentials
import HTTPTypes
import Hummingbird
package import Logging
import NIOCore
package import PrometheusExporter
import ServiceLifecycle

/// Answers `/livez`, `/readyz` and `/metrics`.
package struct HealthServer: Service {
  private let host: String
  private let port: Int
  private let logger: Logger
  private let readiness: @Sendable () -> Readiness
  private let metrics: PrometheusRegistry

  /// - Parameters:
  ///   - port: 0 for any free one; the log has it.
  ///   - metrics: shown to whoever asks.
  ///   - readiness: asked for each request.
  package init(
    host: String, port: Int, metrics: PrometheusRegistry, logger: Logger, readiness: @escaping @Sendable () -> Readiness
  ) {
    self.host = host
    self.port = port
    self.metrics = metrics
    self.logger = logger
    self.readiness = readiness
  }

  package func run() async throws {
    let router = Router()
    router.get("livez") { _, _ in try Self.response(.ok, Status(status: "live", missing: nil, warnings: nil)) }
    router.get("readyz") { [readiness] _, _ in
      let readiness = readiness()
      let isReady = readiness.missing.isEmpty
      return try Self.response(
        isReady ? .ok : .serviceUnavailable,
        Status(
          status: readiness.state, missing: isReady ? nil : readiness.missing,
          warnings: readiness.warnings.isEmpty ? nil : readiness.warnings))
    }
    router.get("metrics") { [metrics] _, _ in
      Response(
        status: .ok, headers: [.contentType: PrometheusRegistry.contentType],
        body: .init(byteBuffer: ByteBuffer(string: metrics.exposition())))
    }
    let application = Application(
      router: router, configuration: .init(address: .hostname(host, port: port)), logger: logger)
    try await application.run()
  }

  private struct Status: Encodable {
    let status: String
    let missing: [String: String]?
    let warnings: [String]?
  }

  private static func response(_ status: HTTPResponse.Status, _ body: Status) throws -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let data = try encoder.encode(body)
    return Response(
      status: status, headers: [.contentType: "application/json"],
      body: .init(byteBuffer: ByteBuffer(bytes: Array(data))))
  }
}
