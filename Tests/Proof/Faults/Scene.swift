import EndToEndSupport
import Failpoints
import Glibc
import TestSupport

/// The active worker, on its way to a failpoint, and what happens to it there.
struct Scene: Sendable {
  /// How a fault gets at the worker's servers.
  enum Servers: Sendable {
    /// Through proxies of the worker's own.
    case proxied(ProxiedServers)
    /// The database is the cell's own, with a standby that somebody reads from.
    case replicated(ReplicatedCluster, Reader)
  }

  let worker: WorkerProcess
  let servers: Servers
  /// The published results of all workers.
  let results: DurableSubscription

  /// Waits until the worker is stopped at the cell's failpoint.
  func comes(by approach: Approach) async throws {
    if let earlier = approach.swallowingFrom {
      try await stands(at: earlier)
      try proxies.broker.swallowAnswers()
      goOn()
    }
    try await stands(at: approach.failpoint)
  }

  /// Injects the fault. When this returns the worker runs again, or is dead, and the servers are up.
  ///
  /// - Parameters:
  ///   - standby: the other worker.
  ///   - stopDuration: how long ``Fault/stop`` takes.
  func suffers(_ fault: Fault, besides standby: WorkerProcess, stopDuration: Duration) async throws {
    switch fault {
    case .kill: try await worker.program.crash()
    case .stop:
      try await Task.sleep(for: stopDuration)
      goOn()
    case .brokerCut:
      try proxies.broker.cut()
      goOn()
    case .databaseCut:
      try proxies.database.cut()
      goOn()
    case .brokerKill: try await PrivateServer.rabbitmq.crash { goOn() }
    case .databaseKill: try await PrivateServer.postgres.crash { goOn() }
    case .confirmLost: try await loseAnswers(proxies.broker)
    case .commitLost: try await loseAnswers(proxies.database)
    case .replicaLag:
      try await replicated.cluster.standby.set("recovery_min_apply_delay", "1h")
      goOn()
      try await replicated.reader.isAnsweredLate()
      try await replicated.cluster.standby.set("recovery_min_apply_delay", "0")
    case .replicaHang:
      try replicated.cluster.standby.halt()
      goOn()
      try await replicated.reader.isAnswered()
      try replicated.cluster.standby.proceed()
    case .replicaKill:
      try replicated.cluster.standby.stop()
      goOn()
      try await replicated.reader.isAnswered()
      try await replicated.cluster.standby.restart()
    case .replicaAway: try await missTheStandby([worker, standby])
    case .failover:
      try replicated.cluster.primary.stop()
      try await replicated.cluster.standby.promote()
      goOn()
      try await replicated.reader.isAnswered()
    }
  }

  /// Nothing is published that the standby has not got, not even by the session after one that has given up its commit.
  private func missTheStandby(_ workers: [WorkerProcess]) async throws {
    let (cluster, reader) = try replicated
    let sessions = Self.sessionCount(of: workers)
    cluster.standby.stop()
    goOn()
    try await cluster.commitWaits()
    try await Patience.poll(for: "a worker reports that a commit waits") {
      for worker in workers { if try await worker.health().body.contains("SyncRep") { return true } }
      return false
    }
    let before = try await settledCount()
    try await reader.isAnswered()
    try await Patience.poll(for: "a worker has abandoned its commit, and has a new session") {
      Self.sessionCount(of: workers) > sessions
    }
    let after = try await results.everything().count
    guard before == after else { throw Violation.publishedUnreplicated(count: after - before) }
    try await cluster.standby.restart()
    try await cluster.standbyFollows("sync_state = 'sync'")
  }

  /// The number of results, once no more of those that were on their way when a commit began to wait arrive.
  private func settledCount() async throws -> Int {
    var count = try await results.everything().count
    try await Patience.poll(for: "no more results arrive") {
      // Longer than a worker takes between a commit and the publication of its results, on a busy machine, too.
      try await Task.sleep(for: .seconds(5))
      let last = count
      count = try await results.everything().count
      return count == last
    }
    return count
  }

  /// Each session tells that it, or another one, is active.
  private static func sessionCount(of workers: [WorkerProcess]) -> Int {
    workers.reduce(0) { $0 + $1.program.errors.ranges(of: " is active").count }
  }

  private func stands(at failpoint: Failpoint) async throws {
    try await worker.program.says("failpoint \(failpoint.rawValue)\n")
    try await worker.program.isStopped()
  }

  private func goOn() { worker.program.signal(SIGCONT) }

  private var proxies: ProxiedServers {
    get throws {
      guard case .proxied(let servers) = servers else { throw Violation.incomplete("the worker has no proxies") }
      return servers
    }
  }

  private var replicated: (cluster: ReplicatedCluster, reader: Reader) {
    get throws {
      guard case .replicated(let cluster, let reader) = servers else {
        throw Violation.incomplete("the database has no standby")
      }
      return (cluster, reader)
    }
  }

  /// Lets the worker send, but nothing come back, until it sends nothing more: then it learns only that the connection
  /// is gone.
  private func loseAnswers(_ proxy: FaultProxy) async throws {
    proxy.swallowAnswers()
    goOn()
    try await proxy.wait(for: "an answer is lost") { $0.bytesSwallowed > 0 }
    try await proxy.becomesQuiet()
    proxy.cut()
    proxy.forward()
  }
}

extension FaultProxy {
  /// Waits until nothing has passed for a quarter of a second, which is long on a single machine.
  fileprivate func becomesQuiet() async throws {
    var last: ProxyTraffic?
    let deadline = ContinuousClock.now + .seconds(5)
    while traffic.value != last, ContinuousClock.now < deadline {
      last = traffic.value
      try await Task.sleep(for: .milliseconds(250))
    }
  }
}
