import DeliveryPipeline
import EndToEndSupport
import TestFixtures
import TestSupport

/// Two workers, of which the active one stops at a failpoint in mid-stream, suffers a fault there, and goes on where it
/// can; and what came of the commands that were sent before, during and after.
package struct CellRun: Sendable {
  /// Small batches, so that there are many; and servers that give up soon on whoever stands still.
  private static let environment = [
    "WORKER_BATCH_COUNT": "32", "AMQP_PREFETCH": "64", "AMQP_HEARTBEAT": "2s", "POSTGRES_IDLE_SESSION_TIMEOUT": "5s",
  ]

  private let cell: Cell
  private let settings: CellSettings
  private let deployment: Deployment
  private let workload: Workload
  private let plan: SendingPlan
  private let approach: Approach
  private let sender: PersistentSender
  private let faultBegins = Watched(false)

  /// - Returns: the promises that were not kept.
  package static func violations(_ cell: Cell, _ settings: CellSettings = CellSettings()) async -> [Violation] {
    let found = Watched<[Violation]>([])
    do {
      try await Deployment.make { deployment in
        try await deployment.prepare()
        let violations = try await CellRun(cell, settings, deployment).run()
        found.update { $0 = violations }
      }
    } catch {
      found.update { $0.append(.incomplete("\(error)")) }
    }
    return found.value
  }

  private init(_ cell: Cell, _ settings: CellSettings, _ deployment: Deployment) {
    self.cell = cell
    self.settings = settings
    self.deployment = deployment
    var random = SeededRandom(seed: settings.seed ^ UInt64(Cell.all.firstIndex(of: cell) ?? 0) << 32)
    workload = Workload(tenants: settings.tenants, commands: settings.commands, seed: random.next())
    plan = SendingPlan(workload, replyQueue: "proof.replies", seed: random.next())
    approach = Approach(cell, pass: Int.random(in: 2...4, using: &random))
    sender = PersistentSender(on: deployment.host)
  }

  private func run() async throws -> [Violation] {
    let subscribers = try await Subscribers(on: deployment.host)
    var violations: [Violation] = []
    do {
      let workers = try await sufferFault()
      try await finish(workers, subscribers)
    } catch {
      violations.append(.incomplete("\(error)"))
    }
    // What arrived says more than that something did not.
    do {
      violations += Checker(workload).violations(in: try await evidence(subscribers))
    } catch {
      violations.append(.incomplete("\(error)"))
    }
    await sender.close()
    await subscribers.close()
    return violations
  }

  /// - Returns: the workers that are left.
  private func sufferFault() async throws -> [WorkerProcess] {
    let worker = try ProxiedWorker(deployment, Self.environment.merging(approach.environment) { _, new in new })
    try await worker.process.becomesActive()
    let scene = Scene(worker: worker)
    let standby = try deployment.startWorker(Self.environment)
    try await standby.standsBy()
    async let sent: Void = send()
    try await scene.comes(by: approach)
    faultBegins.update { $0 = true }
    try await scene.suffers(cell.fault, stopDuration: settings.stopDuration)
    try await sent
    try await sender.send(plan.after)
    return cell.fault == .kill ? [standby] : [worker.process, standby]
  }

  private func send() async throws {
    try await sender.send(plan.before)
    try await faultBegins.wait { $0 }
    // Slowly, so that there is somebody in the midst of sending when a server dies.
    try await sender.send(plan.during, pausing: .milliseconds(50))
  }

  private func finish(_ workers: [WorkerProcess], _ subscribers: Subscribers) async throws {
    try await subscribers.haveAll(of: workload, within: .seconds(60))
    try await deployment.commandsAreDone()
    try await deployment.outboxIsEmpty()
    for worker in workers {
      let exit = try await worker.drain()
      guard exit == .code(0) else { throw Violation.incomplete("a worker ended with \(exit): \(worker.program.errors)") }
    }
    // What was not acknowledged is back now.
    try await deployment.commandsAreDone()
  }

  private func evidence(_ subscribers: Subscribers) async throws -> Evidence {
    var evidence = Evidence()
    try await subscribers.gather(into: &evidence)
    evidence.tables = try await Evidence.Tables(of: deployment.database)
    for queue in ["workspace.commands", "workspace.commands.dead"] as [ShortString] {
      evidence.depths[queue.text ?? ""] = try await deployment.host.depth(of: queue) ?? 0
    }
    return evidence
  }
}
