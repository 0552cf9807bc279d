import EndToEndSupport
import Foundation
import TestSupport

/// A worker, and its ways to the servers: through a proxy each.
struct ProxiedWorker: Sendable {
  let process: WorkerProcess
  let broker: FaultProxy
  let database: FaultProxy

  /// Starts it.
  init(_ deployment: Deployment, _ environment: [String: String]) throws {
    broker = try FaultProxy(inFrontOf: deployment.host.url)
    database = try FaultProxy(inFrontOf: deployment.database.url)
    let addresses = [
      "AMQP_URL": try deployment.host.url.replacingPort(with: broker.port),
      "POSTGRES_URL": try deployment.database.url.replacingPort(with: database.port),
    ]
    process = try deployment.startWorker(environment.merging(addresses) { _, new in new })
  }
}

extension FaultProxy {
  fileprivate convenience init(inFrontOf url: String) throws {
    guard let port = URLComponents(string: url)?.port else { throw URLError(.badURL) }
    try self.init(toPort: port)
  }
}

extension String {
  fileprivate func replacingPort(with port: Int) throws -> String {
    guard var components = URLComponents(string: self) else { throw URLError(.badURL) }
    components.port = port
    guard let url = components.string else { throw URLError(.badURL) }
    return url
  }
}
