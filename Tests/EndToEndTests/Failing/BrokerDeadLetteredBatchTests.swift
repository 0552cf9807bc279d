import EndToEndSupport
import Failpoints
import Foundation
import Messaging
import TestSupport
import Testing

/// Batches that the broker itself dead-letters.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct BrokerDeadLetteredBatchTests {
  /// A batch of three commands, the second of which is of an unknown type, dead-lettered by another consumer.
  private func rejectedBatch(in deployment: Deployment) async throws -> [Command] {
    let tenant = Command.newID()
    let commands = [
      Command.createRoot(tenant, id: Command.newID()), Command("workspace.nonsense", "{}", tenant: tenant),
      Command("workspace.list", "{}", tenant: tenant),
    ]
    var properties = MessageProperties()
    properties.contentType = "application/cloudevents-batch+json"
    properties.deliveryMode = 2
    let batch = AMQPMessage(
      exchange: "workspace.commands", routingKey: "workspace.batch", properties: properties,
      body: Array("[".utf8) + commands.map(\.body).joined(separator: Array(",".utf8)) + Array("]".utf8))
    try await deployment.host.withPublisher { [batch] in try await $0.publish([batch]) }
    try await deployment.host.broker.management.rejectMessages(1, of: "workspace.commands", in: deployment.host.name)
    return commands
  }

  @Test func `a long queue of dead letters holds up no command`() async throws {
    let deployment = try Deployment.current
    var properties = MessageProperties()
    properties.contentType = "application/cloudevents-batch+json"
    properties.deliveryMode = 2
    let elements = (0..<100).map { _ in Command("workspace.list", "{}", tenant: Command.newID()).body }
    let batch = AMQPMessage(
      exchange: "", routingKey: "workspace.commands.dead", properties: properties,
      body: Array("[".utf8) + elements.joined(separator: Array(",".utf8)) + Array("]".utf8))
    try await deployment.host.withPublisher { [batch] in try await $0.publish(Array(repeating: batch, count: 150)) }
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    try await sender.send([Command("workspace.list", "{}", tenant: Command.newID())])
    let worker = try await deployment.activeWorker()
    _ = try await results.first(1)
    #expect(
      try await deployment.letterCountAtLastAnswer() < 10_000, "it was answered before most letters were recorded")
    try await Patience.poll(for: "all letters are recorded") {
      try await deployment.letters().count == 15_000
    }
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }

  @Test func `a batch becomes a letter for each of its commands, and each is replayed alone`() async throws {
    let deployment = try Deployment.current
    let commands = try await rejectedBatch(in: deployment)
    let worker = try await deployment.activeWorker()
    try await Patience.poll(for: "all letters are recorded") { try await deployment.letters().count == 3 }
    let letters = try await deployment.ledger()
    #expect(letters.map(\.message.body) == commands.map(\.body))
    #expect(letters.allSatisfy { $0.reason == "broker_dead_lettered" })
    try await Patience.poll(for: "the dead-letter queue is empty") {
      try await deployment.host.depth(of: "workspace.commands.dead") == 0
    }
    let replay = try await deployment.run(
      "dead-letters", "replay", "--all", "--because", "mended", "--max-failure-ratio", "1", "--format", "json")
    #expect(replay.exit == .code(2), "the second one is a dead letter again")
    let report = try JSONDecoder().decode(ReplayReport.self, from: Data(replay.output.utf8))
    #expect(report.outcomes == ["succeeded": 2, "dead_lettered:unknown_command_type": 1])
    #expect(try await worker.drain() == .code(0))
  }

  @Test(.enabled(if: Failpoint.areCompiledIn))
  func `a batch of which a worker had recorded the commands when it died is not recorded twice`() async throws {
    let deployment = try Deployment.current
    _ = try await rejectedBatch(in: deployment)
    let worker = try deployment.startWorker(["WORKSPACE_WORKER_FAILPOINT": "moved:1"])
    try await worker.program.says("failpoint moved")
    try await worker.program.crash()
    #expect(try await deployment.letters().count == 3)
    let next = try await deployment.activeWorker()
    try await Patience.poll(for: "the dead-letter queue is empty") {
      try await deployment.host.depth(of: "workspace.commands.dead") == 0
    }
    #expect(try await next.drain() == .code(0))
    #expect(try await deployment.letters().count == 3)
  }

  @Test func `a replayed letter that the broker dead-letters again has that as its outcome`() async throws {
    let deployment = try Deployment.current
    _ = try await rejectedBatch(in: deployment)
    let worker = try await deployment.activeWorker()
    try await Patience.poll(for: "all letters are recorded") { try await deployment.letters().count == 3 }
    #expect(try await worker.drain() == .code(0))
    let sent = try await deployment.run(
      "dead-letters", "replay", "--all", "--because", "too early", "--no-wait", "--format", "json")
    #expect(sent.exit == .code(0))
    try await deployment.host.broker.management.rejectMessages(3, of: "workspace.commands", in: deployment.host.name)
    let next = try await deployment.activeWorker()
    try await Patience.poll(for: "all letters are recorded again") { try await deployment.letters().count == 6 }
    let plan = try JSONDecoder().decode(ReplayReport.self, from: Data(sent.output.utf8)).plan
    let resumed = try await deployment.run("dead-letters", "resume", plan, "--format", "json")
    #expect(resumed.exit == .code(2))
    let report = try JSONDecoder().decode(ReplayReport.self, from: Data(resumed.output.utf8))
    #expect(report.end == "failures" && report.outcomes == ["dead_lettered:broker_dead_lettered": 3])
    #expect(try await next.drain() == .code(0))
  }
}
