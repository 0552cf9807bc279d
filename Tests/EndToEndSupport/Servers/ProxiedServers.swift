import Foundation
package import TestSupport

/// The servers of a deployment, each behind a proxy, for its workers. The test itself talks to them directly.
package struct ProxiedServers: Sendable {
  package enum Server: Sendable, CaseIterable {
    case broker, database
  }

  package struct NoPort: Error {}

  package let broker: FaultProxy
  package let database: FaultProxy
  /// Only the settings that lead a worker to the proxies.
  package let addresses: [String: String]

  /// Leads a worker to the proxies, with small batches. It detects a silent server within five seconds, and reconnects
  /// after 0.5 s. Shorter limits would also be exceeded by servers that are only busy.
  package var environment: [String: String] {
    addresses.merging([
      "AMQP_HEARTBEAT": "2s", "AMQP_CONNECT_TIMEOUT": "10s", "POSTGRES_CONNECT_TIMEOUT": "10s",
      "POSTGRES_RESPONSE_TIMEOUT": "5s", "POSTGRES_IDLE_SESSION_TIMEOUT": "5s", "WORKER_BATCH_COUNT": "16",
      "AMQP_PREFETCH": "64",
    ]) { address, _ in address }
  }

  /// The same for a worker that waits longer, so that the test is what ends a wait.
  package var patientEnvironment: [String: String] {
    environment.merging(["AMQP_HEARTBEAT": "10s", "POSTGRES_RESPONSE_TIMEOUT": "25s"]) { _, patient in patient }
  }

  package init(_ deployment: Deployment) throws {
    let (amqpURL, postgresURL) = (deployment.host.url, deployment.database.url)
    broker = try Self.proxy(amqpURL)
    database = try Self.proxy(postgresURL)
    addresses = [
      "AMQP_URL": try Self.url(amqpURL, through: broker), "POSTGRES_URL": try Self.url(postgresURL, through: database),
    ]
  }

  package subscript(server: Server) -> FaultProxy {
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
