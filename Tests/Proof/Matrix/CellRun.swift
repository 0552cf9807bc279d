import EndToEndSupport
import Failpoints
import Messaging
import TestFixtures
import TestSupport

/// Two workers, of which the active one stops at a failpoint in mid-stream, suffers a fault there, and continues if it
/// can; and the outcome of the commands sent before, during and after.
package struct CellRun: Sendable {
  /// Small batches, so that there are many; and servers that soon give up on a stopped client.
  private static let environment = [
    "WORKER_BATCH_COUNT": "32", "AMQP_HEARTBEAT": "2s", "POSTGRES_IDLE_SESSION_TIMEOUT": "5s",
    "LIMITS_TREE_DEPTH": "\(Workload.levels)",
  ]

  private let environment: [String: String]
  private let cell: Cell
  private let settings: CellSettings
  private let deployment: Deployment
  /// The database of a cell whose fault is one of replication.
  private let cluster: ReplicatedCluster?
  private let workload: Workload
  private let plan: SendingPlan
  private let approach: Approach
  private let sender: PersistentSender
  private let faultBegins = Watched(false)
  private let timeline = Timeline()

  /// Runs a cell.
  package static func outcome(of cell: Cell, _ settings: CellSettings = CellSettings()) async -> CellOutcome {
    let outcome = Watched(CellOutcome(cell: cell, violations: [], story: []))
    let run: @Sendable (ReplicatedCluster?) async throws -> Void = { cluster in
      try await Deployment.make(on: cluster?.database, isMigrated: true) { deployment in
        try await deployment.prepare()
        let spicedb = settings.provider == .spicedb ? try await deployment.startSpiceDB() : nil
        let found = try await CellRun(cell, settings, deployment, cluster, spicedb: spicedb?.environment).run()
        withExtendedLifetime(spicedb) {}
        outcome.update { $0 = found }
      }
    }
    do {
      if cell.fault.isOfReplication { try await ReplicatedCluster.with(run) } else { try await run(nil) }
    } catch {
      outcome.update { known in
        known = CellOutcome(cell: cell, violations: known.violations + [.incomplete("\(error)")], story: known.story)
      }
    }
    return outcome.value
  }

  /// - Parameter spicedb: the settings that lead to one that decides; nil where none does.
  private init(
    _ cell: Cell, _ settings: CellSettings, _ deployment: Deployment, _ cluster: ReplicatedCluster?,
    spicedb: [String: String]?
  ) {
    self.cell = cell
    self.settings = settings
    self.deployment = deployment
    self.cluster = cluster
    let provider = spicedb.map { $0.merging(["AUTHORIZATION_PROVIDER": "spicedb"]) { _, new in new } } ?? [:]
    environment = Self.environment.merging(settings.traffic.environment) { _, new in new }
      .merging(provider) { _, new in new }.merging(cluster?.workerEnvironment ?? [:]) { _, new in new }
    var random = SeededRandom(seed: settings.seed ^ UInt64(Cell.all.firstIndex(of: cell) ?? 0) << 32)
    workload = Workload(tenants: settings.tenants, commands: settings.commands, seed: random.next())
    plan = SendingPlan(workload, settings.traffic, replyQueue: "proof.replies", seed: random.next())
    approach = Approach(cell, pass: Int.random(in: 2...4, using: &random))
    sender = PersistentSender(on: deployment.host)
  }

  private func run() async throws -> CellOutcome {
    let subscribers = try await Subscribers(to: settings.traffic, on: deployment.host)
    let reader = try await makeReader(subscribers)
    timeline.note("starts with seed \(settings.seed), fault at pass \(approach.pass) of \(approach.failpoint.rawValue)")
    var violations: [Violation] = []
    var evidence = Evidence()
    do {
      let workers = try await whileReading(reader) { try await sufferFault(subscribers, reader) }
      try await finish(workers, subscribers, reader)
    } catch {
      timeline.note("fails: \(error)")
      violations.append(error as? Violation ?? .incomplete("\(error)"))
    }
    // What did arrive says more than that something is missing.
    do {
      evidence = try await self.evidence(subscribers)
      evidence.readings = try await reader?.readings() ?? []
      violations += Checker(workload).violations(in: evidence)
    } catch {
      violations.append(.incomplete("\(error)"))
    }
    await sender.close()
    await reader?.close()
    await subscribers.close()
    return CellOutcome(
      cell: cell, violations: violations, story: violations.isEmpty ? [] : story(of: violations, evidence))
  }

  private func story(of violations: [Violation], _ evidence: Evidence) -> [String] {
    var commands: [String] = []
    for command in violations.flatMap(\.commands) where !command.isEmpty && !commands.contains(command) {
      commands.append(command)
    }
    return timeline.lines + commands.prefix(10).map { timeline.line(about: $0, in: evidence) }
      + deployment.lastWords(of: "serve", count: 12)
  }

  /// Nil where the database has no standby.
  private func makeReader(_ subscribers: Subscribers) async throws -> Reader? {
    guard cluster != nil else { return nil }
    return try await Reader(tenants: workload.tenants, events: subscribers.events, on: deployment.host)
  }

  private func whileReading<Answer: Sendable>(
    _ reader: Reader?, _ body: () async throws -> Answer
  ) async throws -> Answer {
    async let reading: Void? = reader?.askOn()
    let answer = try await body()
    await reader?.finish()
    try await reading
    return answer
  }

  /// Starts the worker that will suffer the fault.
  private func makeScene(_ results: DurableSubscription, _ reader: Reader?) async throws -> Scene {
    let servers: Scene.Servers
    var addresses: [String: String] = [:]
    if let cluster, let reader {
      if cell.fault.isSynchronous { try await cluster.becomesSynchronous() }
      servers = .replicated(cluster, reader)
    } else {
      let proxies = try ProxiedServers(deployment)
      servers = .proxied(proxies)
      addresses = proxies.addresses
    }
    let given = environment.merging(approach.environment) { _, new in new }.merging(addresses) { _, new in new }
    return Scene(worker: try await deployment.activeWorker(given), servers: servers, results: results)
  }

  /// - Returns: the remaining workers.
  private func sufferFault(_ subscribers: Subscribers, _ reader: Reader?) async throws -> [WorkerProcess] {
    let scene = try await makeScene(subscribers.results, reader)
    let worker = scene.worker
    timeline.note("worker \(worker.pid) is active")
    let standby = try deployment.startWorker(environment)
    try await standby.standsBy()
    timeline.note("worker \(standby.pid) stands by")
    async let sent: Void = send()
    try await scene.comes(by: approach)
    timeline.note("worker \(worker.pid) is stopped at \(approach.failpoint.rawValue)")
    faultBegins.update { $0 = true }
    try await scene.suffers(cell.fault, besides: standby, stopDuration: settings.stopDuration)
    timeline.note("\(cell.fault.rawValue) is over")
    try await sent
    try await send(plan.after)
    timeline.note("everything is sent, with \(await sender.repetitions) repetitions of unconfirmed messages")
    return cell.fault == .kill ? [standby] : [worker, standby]
  }

  private func send() async throws {
    try await send(plan.before)
    try await faultBegins.wait { $0 }
    // Slowly, so that a sender is in mid-stream when a server dies.
    try await send(plan.during, pausing: .milliseconds(50))
  }

  private func send(_ messages: [AMQPMessage], pausing pause: Duration = .zero) async throws {
    try await sender.send(messages, pausing: pause) { [timeline] confirmed in
      timeline.noteConfirmation(of: confirmed.flatMap(SendingPlan.commands))
    }
  }

  private func finish(_ workers: [WorkerProcess], _ subscribers: Subscribers, _ reader: Reader?) async throws {
    try await subscribers.haveAll(of: workload, within: Patience.limit)
    timeline.note("every command has its result, reply and event")
    try await reader?.askForAll()
    try await deployment.commandsAreDone()
    try await deployment.outboxIsEmpty()
    timeline.note("the queue of commands and the outbox are empty")
    if settings.provider == .spicedb { try await relationshipsAreThere() }
    for worker in workers {
      let exit = try await worker.drain()
      guard exit == .code(0) else { throw Violation.incomplete("worker \(worker.pid) ended with \(exit)") }
      timeline.note("worker \(worker.pid) has drained")
    }
    // What was not acknowledged is back now.
    try await deployment.commandsAreDone()
  }

  /// SpiceDB has the relationships that the database says, as soon as all are replicated.
  private func relationshipsAreThere() async throws {
    let program = try await deployment.run("authorization", "verify", environment: environment)
    guard program.exit == .code(0) else {
      throw Violation.wrongRelationships("\(program.exit): \(program.output.suffix(500))\(program.errors.suffix(500))")
    }
    timeline.note("SpiceDB has the relationships of the database")
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
