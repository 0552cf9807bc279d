import EndToEndSupport
import Messaging
import RabbitMQClient
import TestSupport
import Testing

/// Headers as large as the broker accepts, or larger by what it adds, do no harm.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct LargeHeadersTests {
  private static let sizes = Array(131_063...131_072)

  /// Properties that make the payload of a header frame this large.
  private static func properties(payload: Int) -> [UInt8] {
    let count = payload - 12 - 2 - 4 - 7
    let entries = [1] + Array("xS".utf8) + UInt32(count).bigEndianBytes + [UInt8](repeating: 0x61, count: count)
    return UInt16(0x2000).bigEndianBytes + UInt32(entries.count).bigEndianBytes + entries
  }

  private func publish(_ body: (Int) -> [UInt8], on deployment: Deployment) async throws {
    let client = try await WireClient(deployment.host.configuration())
    for size in Self.sizes {
      try await client.publish(body(size), properties: Self.properties(payload: size), to: "workspace.commands")
    }
  }

  private func giveBack(_ count: Int, on deployment: Deployment) async throws {
    try await deployment.host.withConsumer(of: "workspace.commands") { _ = try await $0.collect(count) }
  }

  private func expectAnswer(_ deployment: Deployment, _ results: Subscription, after count: Int) async throws {
    let sender = try await CommandSender.open(on: deployment.host)
    let neighbour = Command.newID()
    try await sender.send([.createRoot(neighbour, id: Command.newID())])
    let answers = try await results.collect("the neighbour's answer") { $0.count > count }
    #expect(answers.contains { $0.event?.tenantid == neighbour })
    await sender.close()
  }

  @Test(arguments: [false, true])
  func `commands with headers that fill a frame are executed, and so are their neighbours`(comesAgain: Bool)
    async throws
  {
    let deployment = try Deployment.current
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    try await publish({ _ in Command.createRoot(Command.newID(), id: Command.newID()).body }, on: deployment)
    if comesAgain { try await giveBack(Self.sizes.count, on: deployment) }
    let worker = try await deployment.activeWorker()
    try await expectAnswer(deployment, results, after: Self.sizes.count)
    let answers = try await results.everything(on: deployment.host)
    #expect(answers.count == Self.sizes.count + 1)
    #expect(answers.allSatisfy { $0.event?.type == "workspace.create_root.succeeded" })
    #expect(try await worker.drain() == .code(0))
    try await deployment.commandsAreDone()
    await results.close()
  }

  @Test(arguments: [false, true])
  func `invalid messages with headers that fill a frame are dead letters, byte for byte`(comesAgain: Bool) async throws
  {
    let deployment = try Deployment.current
    try await publish({ Array("{\"oops \($0)".utf8) }, on: deployment)
    if comesAgain { try await giveBack(Self.sizes.count, on: deployment) }
    let worker = try await deployment.activeWorker()
    try await Patience.poll(for: "all letters are recorded") {
      try await deployment.letters().count == Self.sizes.count
    }
    for (letter, size) in zip(try await deployment.ledger(), Self.sizes) {
      #expect(letter.reason == "malformed_json" && letter.message.body == Array("{\"oops \(size)".utf8))
      #expect(letter.message.propertyList.bytes == Self.properties(payload: size))
    }
    #expect(try await worker.drain() == .code(0))
    try await deployment.commandsAreDone()
  }

  @Test func `messages with such headers that the broker dead-letters, adding its own, reach the ledger`()
    async throws
  {
    let deployment = try Deployment.current
    try await publish({ Array("\($0)".utf8) }, on: deployment)
    try await deployment.host.broker.management.rejectMessages(
      Self.sizes.count, of: "workspace.commands", in: deployment.host.name)
    let worker = try await deployment.activeWorker()
    try await Patience.poll(for: "all letters are recorded") {
      try await deployment.letters().count == Self.sizes.count
    }
    for (letter, size) in zip(try await deployment.ledger(), Self.sizes) {
      #expect(letter.reason == "broker_dead_lettered" && letter.message.body == Array("\(size)".utf8))
      let header = letter.message.properties.headers?.string("x")
      #expect(header?.utf8.count == size - 25)
    }
    #expect(try await worker.drain() == .code(0))
  }
}
