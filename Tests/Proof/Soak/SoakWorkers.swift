import EndToEndSupport
import Glibc
import TestSupport

/// The two workers of a soak, and the faults that they suffer.
actor SoakWorkers {
  private static let environment = ["AMQP_HEARTBEAT": "5s", "POSTGRES_IDLE_SESSION_TIMEOUT": "5s"]

  private let deployment: Deployment
  private var workers: [ProxiedWorker] = []

  init(_ deployment: Deployment) { self.deployment = deployment }

  var processes: [WorkerProcess] { workers.map(\.process) }
  /// The last one to report that; nil while there is none.
  var active: WorkerProcess? { workers.first { $0.process.isActive }?.process }

  func start() async throws {
    for _ in 0..<2 { try add() }
    try await Patience.poll(for: "a worker is active") { active != nil }
  }

  func suffer(_ fault: SoakFault) async throws {
    let victim = workers.first { $0.process.isActive } ?? workers[0]
    switch fault {
    case .workerKill:
      try await victim.process.program.crash()
      workers.removeAll { $0.process.pid == victim.process.pid }
      try add()
    case .workerStop:
      victim.process.program.signal(SIGSTOP)
      try await Task.sleep(for: .seconds(15))
      victim.process.program.signal(SIGCONT)
    case .brokerCut: victim.servers.broker.cut()
    case .databaseCut: victim.servers.database.cut()
    case .networkFreeze:
      for proxy in [victim.servers.broker, victim.servers.database] { proxy.freeze() }
      try await Task.sleep(for: .seconds(8))
      for proxy in [victim.servers.broker, victim.servers.database] { proxy.thaw() }
    case .brokerKill: try await PrivateServer.rabbitmq.crash()
    case .databaseKill: try await PrivateServer.postgres.crash()
    }
  }

  func drain() async throws {
    for worker in workers {
      let exit = try await worker.process.drain()
      guard exit == .code(0) else {
        throw Violation.incomplete("a worker ended with \(exit): \(worker.process.program.errors.suffix(2000))")
      }
    }
  }

  private func add() throws { workers.append(try ProxiedWorker(deployment, Self.environment)) }
}

extension WorkerProcess {
  /// By its last report.
  fileprivate var isActive: Bool {
    let text = program.errors
    guard let start = text.ranges(of: "the worker is active").last else { return false }
    return !text[start.upperBound...].contains("is not connected")
  }
}
