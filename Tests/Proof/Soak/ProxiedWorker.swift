import EndToEndSupport

/// A worker that reaches the servers through proxies of its own.
struct ProxiedWorker: Sendable {
  let process: WorkerProcess
  let servers: ProxiedServers

  /// Starts the proxies and the worker.
  init(_ deployment: Deployment, _ environment: [String: String]) throws {
    servers = try ProxiedServers(deployment)
    process = try deployment.startWorker(environment.merging(servers.addresses) { _, address in address })
  }
}
