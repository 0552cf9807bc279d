import EndToEndSupport
import Failpoints
import Glibc
import TestSupport

/// The active worker, on its way to a failpoint, and what happens to it there.
struct Scene: Sendable {
  let worker: ProxiedWorker

  /// Waits until the worker is stopped at the cell's failpoint.
  func comes(by approach: Approach) async throws {
    if let earlier = approach.swallowingFrom {
      try await stands(at: earlier)
      worker.servers.broker.swallowAnswers()
      goOn()
    }
    try await stands(at: approach.failpoint)
  }

  /// Injects the fault. When this returns the worker runs again, or is dead, and the servers are up.
  ///
  /// - Parameter stopDuration: how long ``Fault/stop`` takes.
  func suffers(_ fault: Fault, stopDuration: Duration) async throws {
    switch fault {
    case .kill: try await worker.process.program.crash()
    case .stop:
      try await Task.sleep(for: stopDuration)
      goOn()
    case .brokerCut:
      worker.servers.broker.cut()
      goOn()
    case .databaseCut:
      worker.servers.database.cut()
      goOn()
    case .brokerKill: try await PrivateServer.rabbitmq.crash { goOn() }
    case .databaseKill: try await PrivateServer.postgres.crash { goOn() }
    case .confirmLost: try await loseAnswers(worker.servers.broker)
    case .commitLost: try await loseAnswers(worker.servers.database)
    }
  }

  private func stands(at failpoint: Failpoint) async throws {
    try await worker.process.program.says("failpoint \(failpoint.rawValue)\n", within: .seconds(60))
    try await worker.process.program.isStopped()
  }

  private func goOn() { worker.process.program.signal(SIGCONT) }

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
