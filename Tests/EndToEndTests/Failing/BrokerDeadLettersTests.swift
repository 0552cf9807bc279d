import DeliveryPipeline
import EndToEndSupport
import Failpoints
import Glibc
import RabbitMQClient
import TestSupport
import Testing

/// What the broker dead-letters by itself ends in the ledger, once.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct BrokerDeadLettersTests {
  /// Headers of every kind of field, and bodies that are no text.
  private static let strange: [OutboundMessage] = (0..<20).map { number in
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
    return OutboundMessage(
      exchange: "workspace.commands", routingKey: "workspace.create", properties: properties, body: [0, 0xFF, UInt8(number)])
  }

  /// In the broker's way: the header table sorted, and the broker's own entries left out.
  private static func fields(_ message: OutboundMessage) -> [String: HeaderValue] {
    let fields = message.properties.headers?.fields() ?? []
    return Dictionary(fields.map { (String(decoding: $0.name, as: UTF8.self), $0.value) }) { $1 }
      .filter { !$0.key.hasPrefix("x-") || $0.key == "x" }
  }

  private func expectLedger(_ deployment: Deployment, reason: String) async throws {
    try await Patience.poll(for: "all letters are recorded") { try await deployment.letters().count == Self.strange.count }
    let letters = try await deployment.ledger()
    #expect(letters.map(\.message.body) == Self.strange.map(\.body))
    for (letter, original) in zip(letters, Self.strange) {
      #expect(letter.reason == "broker_dead_lettered")
      #expect(letter.detail == "the broker dead-lettered it from the queue workspace.commands: \(reason)")
      #expect(letter.message.exchange == original.exchange && letter.message.routingKey == original.routingKey)
      #expect(Self.fields(letter.message) == Self.fields(original))
      var (properties, expected) = (letter.message.properties, original.properties)
      (properties.headers, expected.headers) = (nil, nil)
      #expect(properties == expected)
    }
    try await Patience.poll(for: "their queue is empty") { try await deployment.host.depth(of: "workspace.commands.dead") == 0 }
  }

  @Test func `messages whose time is over in the queue are recorded as they came`() async throws {
    let deployment = try Deployment.current
    let announcements = try await Subscription.to("workspace.dead-letters", on: deployment.host)
    try await deployment.host.broker.management.setTimeToLive(.milliseconds(100), of: "^workspace\\.commands$", in: deployment.host.name)
    try await deployment.host.withPublisher { try await $0.publish(Self.strange) }
    try await Patience.poll(for: "all are dead-lettered") {
      try await deployment.host.depth(of: "workspace.commands.dead") == Self.strange.count
    }
    try await deployment.host.broker.management.deletePolicy("time-to-live", in: deployment.host.name)
    let worker = try await deployment.activeWorker()
    try await expectLedger(deployment, reason: "expired")
    for announcement in try await announcements.first(Self.strange.count) { try Expectations.announcement(announcement) }
    #expect(try await worker.drain() == .code(0))
    #expect(try await announcements.everything(on: deployment.host).count == Self.strange.count)
    await announcements.close()
  }

  @Test func `messages that another consumer refuses are recorded as they came`() async throws {
    let deployment = try Deployment.current
    try await deployment.host.withPublisher { try await $0.publish(Self.strange) }
    try await deployment.host.broker.management.rejectMessages(Self.strange.count, of: "workspace.commands", in: deployment.host.name)
    let worker = try await deployment.activeWorker()
    try await expectLedger(deployment, reason: "rejected")
    #expect(try await worker.drain() == .code(0))
    try await deployment.commandsAreDone()
  }

  @Test(.enabled(if: Failpoint.areCompiledIn))
  func `a worker that dies between the commit and the acknowledgement records nothing twice`() async throws {
    let deployment = try Deployment.current
    try await deployment.host.withPublisher { try await $0.publish(Self.strange) }
    try await deployment.host.broker.management.rejectMessages(Self.strange.count, of: "workspace.commands", in: deployment.host.name)
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

  @Test func `a queue that is bound to the announcements still, as it once was, makes no circle`() async throws {
    let deployment = try Deployment.current
    try await deployment.host.withConnection {
      _ = try await $0.declare([.binding(queue: "workspace.commands.dead", exchange: "workspace.dead-letters", routingKey: "#")])
    }
    let worker = try await deployment.activeWorker()
    try await deployment.host.withPublisher { try await $0.publish(Self.strange) }
    try await Patience.poll(for: "all letters are recorded") { try await deployment.letters().count == Self.strange.count }
    try await deployment.outboxIsEmpty()
    try await Patience.poll(for: "the queue is empty") { try await deployment.host.depth(of: "workspace.commands.dead") == 0 }
    #expect(try await worker.drain() == .code(0))
    #expect(try await deployment.letters().count == Self.strange.count)
  }
}
