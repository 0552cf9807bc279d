import EndToEndSupport
import Failpoints
import Messaging
import RabbitMQBroker
import RabbitMQClient
import TestSupport
import Testing

/// Whatever takes commands out of the order in which they were sent is reported, with its remedy.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct OrderTests {
  /// A chain of workspaces, each below the one before.
  private struct Chain {
    let tenant = Command.newID()
    let commands: [Command]

    init(count: Int) {
      let ids = (0..<count).map { _ in Command.newID() }
      let tenant = tenant
      commands =
        [.createRoot(tenant, id: ids[0])]
        + (1..<count).map { .create(tenant, "w \($0)", below: ids[$0 - 1], id: ids[$0]) }
    }
  }

  /// Starts `count` workers, one after another. Each takes the waiting commands and is killed before it executes any.
  private func killWorkers(_ count: Int, in deployment: Deployment) async throws {
    for _ in 0..<count {
      let worker = try deployment.startWorker(["WORKSPACE_WORKER_FAILPOINT": "decoded:1"])
      try await worker.program.says("failpoint decoded\n")
      try await worker.program.crash()
    }
  }

  @Test(.enabled(if: Failpoint.areCompiledIn))
  func `commands removed by a policy's delivery limit are kept, reported with a remedy, replayed in order`()
    async throws
  {
    let deployment = try Deployment.current
    let management = deployment.host.broker.management
    let chain = Chain(count: 5)
    try await management.setDeliveryLimit(2, of: ".*", in: deployment.host.name)
    let sender = try await CommandSender.open(on: deployment.host)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    try await sender.send(chain.commands)
    try await killWorkers(3, in: deployment)

    let worker = try await deployment.activeWorker()
    try await Patience.poll(for: "all commands are in the ledger") {
      try await deployment.letters().count == chain.commands.count
    }
    #expect(try await deployment.letters().map(\.commandID) == chain.commands.map(\.id), "the results come in order")
    for letter in try await deployment.ledger() {
      #expect(
        letter.reason == "broker_dead_lettered" && letter.detail.hasSuffix(": delivery_limit"), "\(letter.detail)")
    }
    try await worker.program.says("the broker took commands out of order")
    #expect(try await disturbances("delivery_limit", of: worker) == Double(chain.commands.count))
    let told = try await deployment.run("doctor")
    #expect(
      told.output.contains("warning  ledger.delivery_limit") && told.output.contains("5 open dead letters"),
      "\(told.output)")

    // Once the remedy in docs/operations.md is applied, all commands take effect.
    try await management.deletePolicy("delivery-limit", in: deployment.host.name)
    let replay = try await deployment.run(
      "dead-letters", "replay", "--reason", "broker_dead_lettered", "--because", "no limit now")
    #expect(replay.exit == .code(0), "\(replay.output) \(replay.errors)")
    #expect(try await results.first(chain.commands.count).allSatisfy { $0.event?.type.hasSuffix(".succeeded") == true })
    #expect(try await deployment.run("doctor").output.contains("warning  ledger.delivery_limit") == false)
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }

  @Test(.needsRabbitMQ4)
  func `a queue from before RabbitMQ 4 is served with a warning about its limit, which removes commands`() async throws
  {
    let deployment = try Deployment.current
    let host = deployment.host
    let chain = Chain(count: 3)
    try await host.withConnection { connection in
      try await host.broker.management.deleteQueue("workspace.commands", in: host.name)
      // As the queue was declared on RabbitMQ 3.13: the same but for the delivery limit.
      let before = ServerProperties(product: "RabbitMQ", version: "3.13.7", clusterName: nil)
      let queue = try #require(Topology.standard(broker: before).queues.first { $0.name == "workspace.commands" })
      _ = try await connection.declare([.queue(queue.name, arguments: queue.arguments, isPassive: false)])
      for key in Topology.commandKeys {
        _ = try await connection.declare([.binding(queue: queue.name, exchange: "workspace.commands", routingKey: key)])
      }
    }
    let plan = try await deployment.run("topology", "plan")
    #expect(plan.exit == .code(3) && plan.output.contains("x-delivery-limit"), "\(plan.output)")
    let first = try await deployment.activeWorker()
    #expect(try await first.health().body.contains("after 20 deliveries, such as after kills of the worker"))
    #expect(first.program.errors.contains("after 20 deliveries, such as after kills of the worker"))
    #expect(try await first.drain() == .code(0))

    let sender = try await CommandSender.open(on: host)
    try await sender.send(chain.commands)
    // Each connection ends without an acknowledgement.
    for _ in 0...20 {
      try await host.withConsumer(of: "workspace.commands") { _ = try await $0.collect(chain.commands.count) }
    }
    let worker = try await deployment.activeWorker()
    try await Patience.poll(for: "all commands are in the ledger") {
      try await deployment.letters().count == chain.commands.count
    }
    let counted = try await disturbances("delivery_limit", of: worker)
    #expect(counted == Double(chain.commands.count), "\(String(describing: counted))")
    #expect(try await worker.drain() == .code(0))
    await sender.close()
  }

  @Test(.needsRabbitMQ4)
  func `overtaking priorities and returned messages are counted and reported once per sender`() async throws {
    let deployment = try Deployment.current
    let sender = try await CommandSender.open(on: deployment.host)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let chain = Chain(count: 4)
    try await sender.send(Array(chain.commands[..<2]))
    // As "get messages" with requeue on the management page does: the first message goes behind the others.
    try await deployment.host.broker.management.returnMessages(1, to: "workspace.commands", in: deployment.host.name)
    let urgent = chain.commands[2...].map { command in
      var command = command
      command.properties.priority = 9
      command.properties.appID = "portal"
      return command
    }
    try await sender.send(urgent)
    let worker = try await deployment.activeWorker()
    let answers = try await results.first(4)
    #expect(answers.first?.event?.commandid == chain.commands[2].id, "the priority message came first")
    #expect(answers.filter { $0.code == "parent_workspace_not_found" }.count == 3)
    #expect(try await disturbances("priority", of: worker) == 2)
    #expect(try await disturbances("returned_late", of: worker) == 1)
    #expect(try await worker.drain() == .code(0))
    let lines = worker.program.errors.split(separator: "\n").filter { $0.contains("a command came out of order") }
    #expect(lines.count { $0.contains(#""cause":"priority""#) && $0.contains(#""app_id":"portal""#) } == 1)
    #expect(lines.count { $0.contains(#""cause":"returned_late""#) } == 1)
    await sender.close()
    await results.close()
  }

  private func disturbances(_ cause: String, of worker: WorkerProcess) async throws -> Double? {
    try await worker.metrics().value("workspace_worker_disordered_messages_total", ["cause": cause])
  }
}

extension Trait where Self == ConditionTrait {
  /// Runs only where quorum queues have priorities and a default delivery limit: from RabbitMQ 4 on.
  fileprivate static var needsRabbitMQ4: Self {
    .enabled("needs RabbitMQ 4") {
      guard let broker = BrokerUnderTest.current else { return false }
      let connection = try await RabbitMQConnection.open(try RabbitMQConfiguration(url: broker.amqpURL))
      let version = await connection.serverProperties.majorVersion ?? 0
      await connection.close()
      return version >= 4
    }
  }
}
