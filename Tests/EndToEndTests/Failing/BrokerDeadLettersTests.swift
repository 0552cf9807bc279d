import EndToEndSupport
import Failpoints
import Foundation
import Glibc
import Messaging
import RabbitMQBroker
import RabbitMQClient
import TestSupport
import Testing

/// What the broker itself dead-letters ends up in the ledger, once.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct BrokerDeadLettersTests {
  /// Headers of every kind of field, and bodies that aren't text.
  private static let strange: [AMQPMessage] = (0..<20).map { number in
    var properties = MessageProperties()
    var nested = HeaderTable()
    nested.append("n", Int64(number))
    var headers = HeaderTable()
    headers.append("l", Int64(-1))
    headers.append("t", true)
    headers.append("F", nested)
    headers.append("S", [0xFF, 0x00])
    // The kinds that nobody here makes: V, b, B, s, u, I, i, f, d, D, T, x, A.
    headers = HeaderTable(
      entries: headers.entries + [1, 0x76, 0x56] + [1, 0x62, 0x62, 0xFF] + [1, 0x73, 0x73, 0xFF, 0xFE]
        + [1, 0x49, 0x49, 0xFF, 0, 0, 1] + [1, 0x64, 0x64, 0x40, 9, 0x21, 0xFB, 0x54, 0x44, 0x2D, 0x18]
        + [1, 0x54, 0x54, 0, 0, 0, 0, 0x65, 0, 0, 0] + [1, 0x78, 0x78, 0, 0, 0, 2, 0xFE, 0xFF]
        + [1, 0x41, 0x41, 0, 0, 0, 3, 0x74, 1, 0x56])
    properties.headers = headers
    properties.messageID = ShortString("m \(number)")
    properties.contentType = "application/octet-stream"
    properties.deliveryMode = 2
    properties.timestamp = 1_795_420_800
    return AMQPMessage(
      exchange: "workspace.commands", routingKey: "workspace.create", properties: properties,
      body: [0, 0xFF, UInt8(number)])
  }

  /// In the broker's form: the header table sorted, without the broker's own entries.
  private static func fields(_ message: AMQPMessage) -> [String: HeaderValue] {
    let fields = message.properties.headers?.fields() ?? []
    return Dictionary(fields.map { (String(decoding: $0.name, as: UTF8.self), $0.value) }) { $1 }
      .filter { !$0.key.hasPrefix("x-") || $0.key == "x" }
  }

  private func expectLedger(_ deployment: Deployment, reason: String) async throws {
    try await Patience.poll(for: "all letters are recorded") {
      try await deployment.letters().count == Self.strange.count
    }
    let letters = try await deployment.ledger()
    #expect(letters.map(\.message.body) == Self.strange.map(\.body))
    for (letter, original) in zip(letters, Self.strange) {
      #expect(letter.reason == "broker_dead_lettered")
      #expect(letter.detail == "the broker dead-lettered the message from the queue workspace.commands: \(reason)")
      #expect(letter.message.exchange == original.exchange && letter.message.routingKey == original.routingKey)
      #expect(Self.fields(letter.message) == Self.fields(original))
      var (properties, expected) = (letter.message.properties, original.properties)
      (properties.headers, expected.headers) = (nil, nil)
      #expect(properties == expected)
    }
    try await Patience.poll(for: "the dead-letter queue is empty") {
      try await deployment.host.depth(of: "workspace.commands.dead") == 0
    }
  }

  @Test func `messages that expire in the queue are recorded unchanged, but not the worker's own`() async throws {
    let deployment = try Deployment.current
    let announcements = try await Subscription.to("workspace.dead-letters", on: deployment.host)
    try await deployment.host.broker.management.setTimeToLive(
      .milliseconds(100), of: "^workspace\\.commands$", in: deployment.host.name)
    var properties = MessageProperties()
    properties.type = "workspace.probe"
    let probe = AMQPMessage(exchange: "", routingKey: "workspace.commands", properties: properties, body: [])
    try await deployment.host.withPublisher { [probe] in try await $0.publish([probe] + Self.strange) }
    try await Patience.poll(for: "all messages are dead-lettered") {
      try await deployment.host.depth(of: "workspace.commands.dead") == Self.strange.count + 1
    }
    try await deployment.host.broker.management.deletePolicy("time-to-live", in: deployment.host.name)
    let worker = try await deployment.activeWorker()
    try await expectLedger(deployment, reason: "expired")
    for announcement in try await announcements.first(Self.strange.count) {
      try Expectations.announcement(announcement)
    }
    #expect(try await worker.drain() == .code(0))
    #expect(try await announcements.everything(on: deployment.host).count == Self.strange.count)
    await announcements.close()
  }

  @Test func `messages that another consumer rejects are recorded unchanged`() async throws {
    let deployment = try Deployment.current
    try await deployment.host.withPublisher { try await $0.publish(Self.strange) }
    try await deployment.host.broker.management.rejectMessages(
      Self.strange.count, of: "workspace.commands", in: deployment.host.name)
    let worker = try await deployment.activeWorker()
    try await expectLedger(deployment, reason: "rejected")
    #expect(try await worker.drain() == .code(0))
    try await deployment.commandsAreDone()
  }

  @Test(.enabled(if: Failpoint.areCompiledIn))
  func `a worker that dies between the commit and the acknowledgement records nothing twice`() async throws {
    let deployment = try Deployment.current
    try await deployment.host.withPublisher { try await $0.publish(Self.strange) }
    try await deployment.host.broker.management.rejectMessages(
      Self.strange.count, of: "workspace.commands", in: deployment.host.name)
    let worker = try deployment.startWorker(["WORKSPACE_WORKER_FAILPOINT": "moved:1"])
    try await worker.program.says("failpoint moved")
    try await worker.program.crash()
    #expect(try await deployment.letters().isEmpty == false)
    let next = try await deployment.activeWorker()
    try await expectLedger(deployment, reason: "rejected")
    #expect(try await next.drain() == .code(0))
    #expect(try await deployment.letters().count == Self.strange.count)
    #expect(try await deployment.outboxCount() == 0)
  }

  @Test(.enabled(if: Failpoint.areCompiledIn))
  func `a message that was returned before it was dead-lettered is recognized after a crash, too`() async throws {
    let deployment = try Deployment.current
    let management = deployment.host.broker.management
    try await deployment.host.withPublisher { try await $0.publish(Self.strange) }
    try await management.returnMessages(Self.strange.count, to: "workspace.commands", in: deployment.host.name)
    try await management.rejectMessages(Self.strange.count, of: "workspace.commands", in: deployment.host.name)
    try await Patience.poll(for: "all messages are dead-lettered") {
      try await deployment.host.depth(of: "workspace.commands.dead") == Self.strange.count
    }
    let worker = try deployment.startWorker(["WORKSPACE_WORKER_FAILPOINT": "moved:1"])
    try await worker.program.says("failpoint moved")
    try await worker.program.crash()
    let recorded = try await deployment.letters().count
    #expect(recorded > 0)
    let next = try await deployment.activeWorker()
    try await Patience.poll(for: "the remaining dead letters are recorded") {
      let depth = try await deployment.host.depth(of: "workspace.commands.dead")
      let count = try await deployment.letters().count
      return depth == 0 && count >= Self.strange.count
    }
    #expect(try await next.drain() == .code(0))
    #expect(try await deployment.letters().count == Self.strange.count)
  }

  @Test func `a forged x-death header keeps neither its message nor later ones out of the ledger`() async throws {
    let deployment = try Deployment.current
    var properties = MessageProperties()
    // x-death: [{queue: "a\0b"}], which isn't valid text in PostgreSQL.
    let queue: [UInt8] = [5] + Array("queue".utf8) + [0x53, 0, 0, 0, 3, 0x61, 0, 0x62]
    let table = [0x46] + Self.count(queue) + queue
    properties.headers = HeaderTable(entries: [7] + Array("x-death".utf8) + [0x41] + Self.count(table) + table)
    let forged = AMQPMessage(exchange: "", routingKey: "workspace.commands.dead", properties: properties, body: [])
    // More messages behind it than are delivered without an acknowledgement.
    let plain = (0..<100).map {
      AMQPMessage(
        exchange: "", routingKey: "workspace.commands.dead", properties: MessageProperties(), body: [UInt8($0)])
    }
    try await deployment.host.withPublisher { try await $0.publish([forged] + plain) }
    let worker = try await deployment.activeWorker()
    try await Patience.poll(for: "all dead letters are recorded") {
      try await deployment.letters().count == plain.count + 1
    }
    try await Patience.poll(for: "the dead-letter queue is empty") {
      try await deployment.host.depth(of: "workspace.commands.dead") == 0
    }
    #expect(try await worker.drain() == .code(0))
  }

  private static func count(_ bytes: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: UInt32(bytes.count).bigEndian, Array.init)
  }

  @Test func `a queue of an earlier version is served with a warning, and its binding is ensured`() async throws {
    let deployment = try Deployment.current
    let host = deployment.host
    try await host.withConnection { connection in
      let broker = await connection.serverProperties
      try await host.broker.management.deleteQueue("workspace.commands", in: host.name)
      let former = Topology.formerCommandsQueue(BrokerNames(), broker: broker)
      _ = try await connection.declare([
        .queue(former.name, arguments: former.arguments, isPassive: false),
        .binding(queue: former.name, exchange: "workspace.commands", routingKey: "workspace.#"),
      ])
    }
    #expect(try await deployment.run("topology", "plan").exit == .code(3))
    let worker = try await deployment.activeWorker()
    let health = try await worker.health()
    #expect(health.status == 200)
    #expect(health.body.contains("\"warnings\"") && health.body.contains("was created by an earlier version"))
    #expect(worker.program.errors.contains("was created by an earlier version"))
    #expect(try await worker.drain() == .code(0))

    // The worker has bound it: nothing else has.
    try await host.withPublisher { try await $0.publish(Self.strange) }
    try await host.broker.management.rejectMessages(Self.strange.count, of: "workspace.commands", in: host.name)
    let next = try await deployment.activeWorker()
    try await expectLedger(deployment, reason: "rejected")
    #expect(try await next.drain() == .code(0))
  }

  @Test func `a worker logs no warning when everything is as planned`() async throws {
    let worker = try await Deployment.current.activeWorker()
    let health = try await worker.health()
    #expect(health.status == 200 && !health.body.contains("warnings"))
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `a queue that is still bound to the announcements, as earlier versions did, makes no loop`() async throws {
    let deployment = try Deployment.current
    try await deployment.host.withConnection {
      _ = try await $0.declare([
        .binding(queue: "workspace.commands.dead", exchange: "workspace.dead-letters", routingKey: "#")
      ])
    }
    let worker = try await deployment.activeWorker()
    try await deployment.host.withPublisher { try await $0.publish(Self.strange) }
    try await Patience.poll(for: "all letters are recorded") {
      try await deployment.letters().count == Self.strange.count
    }
    try await deployment.outboxIsEmpty()
    try await Patience.poll(for: "the queue is empty") {
      try await deployment.host.depth(of: "workspace.commands.dead") == 0
    }
    #expect(try await worker.drain() == .code(0))
    #expect(try await deployment.letters().count == Self.strange.count)
  }
}
