import Foundation
import TestSupport

/// The servers of a deployment behind a proxy each, for its workers. The test itself talks to them directly.
struct ProxiedServers: Sendable {
  enum Server: Sendable, CaseIterable {
    case broker, database
  }

  struct NoPort: Error {}

  let broker: FaultProxy
  let database: FaultProxy
  /// What leads a worker to the proxies. It notices a silent server after two seconds, and connects again after 0.5 s.
  let environment: [String: String]

  /// The same for a worker that waits longer, so that it is the test that ends a wait.
  var patientEnvironment: [String: String] {
    environment.merging(["AMQP_HEARTBEAT": "10s", "POSTGRES_RESPONSE_TIMEOUT": "25s"]) { _, patient in patient }
  }

  init(_ deployment: Deployment) throws {
    let (amqpURL, postgresURL) = (deployment.host.url, try deployment.database.url)
    broker = try Self.proxy(amqpURL)
    database = try Self.proxy(postgresURL)
    environment = [
      "AMQP_URL": try Self.url(amqpURL, through: broker), "POSTGRES_URL": try Self.url(postgresURL, through: database),
      "AMQP_HEARTBEAT": "1s", "AMQP_CONNECT_TIMEOUT": "2s", "POSTGRES_CONNECT_TIMEOUT": "2s",
      "POSTGRES_RESPONSE_TIMEOUT": "2s", "POSTGRES_IDLE_SESSION_TIMEOUT": "5s", "WORKER_BATCH_COUNT": "16",
      "AMQP_PREFETCH": "64",
    ]
  }

  subscript(server: Server) -> FaultProxy {
    switch server {
    case .broker: broker
    case .database: database
    }
  }

  private static func proxy(_ url: String) throws -> FaultProxy {
    guard let port = URLComponents(string: url)?.port else { throw NoPort() }
    return try FaultProxy(toPort: port)
  }

  private static func url(_ url: String, through proxy: FaultProxy) throws -> String {
    guard var components = URLComponents(string: url) else { throw NoPort() }
    components.port = proxy.port
    return components.string ?? url
  }
}
