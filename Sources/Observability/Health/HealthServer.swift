import FoundationEssentials
import Glibc
import HTTPTypes
import Hummingbird
package import Logging
import NIOCore
package import PrometheusExporter
import ServiceLifecycle

/// Answers `/livez`, `/readyz` and `/metrics`, to GET and HEAD.
///
/// Clients can't exhaust the process's file descriptors: there are few connections at a time, and each lasts a few
/// seconds at most, whatever its client sends or leaves unread. Further connections wait in the kernel's accept queue.
package struct HealthServer: Service {
  /// The server can't listen on the configured address.
  package struct Unavailable: Error, CustomStringConvertible {
    package let description: String
  }

  private static let maximumConnections = 32
  private static let longestConnection: TimeAmount = .seconds(5)

  private let host: String
  private let port: Int
  private let logger: Logger
  private let readiness: @Sendable () -> Readiness
  private let metrics: PrometheusRegistry

  /// - Parameters:
  ///   - port: 0 for any free one, which is logged.
  ///   - metrics: returned for `/metrics`.
  ///   - readiness: queried for each request.
  package init(
    host: String, port: Int, metrics: PrometheusRegistry, logger: Logger, readiness: @escaping @Sendable () -> Readiness
  ) {
    self.host = host
    self.port = port
    self.metrics = metrics
    self.logger = logger
    self.readiness = readiness
  }

  /// - Throws: ``Unavailable`` if another process uses the port, or the host isn't an address of this machine.
  package func run() async throws {
    let router = Router(options: .autoGenerateHeadEndpoints)
    router.get("livez") { _, _ in
      try Self.response(.ok, Status(status: "live", missing: nil, warnings: nil, activeWorker: nil, queries: nil))
    }
    router.get("readyz") { [readiness] _, _ in
      let readiness = readiness()
      let isReady = readiness.missing.isEmpty
      return try Self.response(
        isReady ? .ok : .serviceUnavailable,
        Status(
          status: readiness.state, missing: isReady ? nil : readiness.missing,
          warnings: readiness.warnings.isEmpty ? nil : readiness.warnings, activeWorker: readiness.activeWorker,
          queries: readiness.queries))
    }
    router.get("metrics") { [metrics] _, _ in
      Response(
        status: .ok, headers: [.contentType: PrometheusRegistry.contentType, .connection: "close"],
        body: .init(byteBuffer: ByteBuffer(string: metrics.exposition())))
    }
    let application = Application(
      router: router,
      server: .http1(configuration: .init(additionalChannelHandlers: [ConnectionDeadline(Self.longestConnection)])),
      configuration: .init(
        address: .hostname(host, port: port),
        availableConnectionsDelegate: .maximum(Self.maximumConnections, logger: logger)),
      logger: logger)
    do {
      try await application.run()
    } catch let error as IOError {
      throw unavailable(String(cString: strerror(error.errnoCode)))
    } catch let error as SocketAddressError {
      throw unavailable("\(error)")
    }
  }

  private func unavailable(_ reason: String) -> Unavailable {
    Unavailable(description: "can't listen on \(host):\(port) (http.host, http.port): \(reason)")
  }

  private struct Status: Encodable {
    let status: String
    let missing: [String: String]?
    let warnings: [String]?
    let activeWorker: String?
    let queries: String?

    private enum CodingKeys: String, CodingKey {
      case status, missing, warnings, queries
      case activeWorker = "active_worker"
    }
  }

  private static func response(_ status: HTTPResponse.Status, _ body: Status) throws -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let data = try encoder.encode(body)
    return Response(
      status: status, headers: [.contentType: "application/json", .connection: "close"],
      body: .init(byteBuffer: ByteBuffer(bytes: Array(data))))
  }
}
