import EndToEndSupport
import Messaging
import RabbitMQClient
import Secrets
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .deployment)
struct HostileBodiesTests {
  private static let hostile: [HostileMessage] =
    HostileMessage.notJSON + HostileMessage.tooLarge + HostileMessage.envelopes + HostileMessage.unknownTypes
    + HostileMessage.wrongData + HostileMessage.contentTypes + HostileMessage.properties

  @Test func `what is not a command is dead-lettered unchanged, and blocks nothing`() async throws {
    let run = try await HostileRun.start(Self.hostile)
    let letters = try await run.ledger(Self.hostile.count)
    for (hostile, letter) in zip(Self.hostile, letters) { Self.expect(letter, of: hostile) }
    let failures = try await run.failures()
    let expected = Self.hostile.filter { $0.result != nil }
    #expect(failures.map { $0.event?.type } == expected.map(\.result))
    for (hostile, failure) in zip(expected, failures) {
      try Expectations.published(failure)
      #expect(failure.code == hostile.reason, "\(hostile.name)")
      #expect(failure.event?.commandid == (try? CloudEvent(hostile.command.body))?.id ?? failure.event?.commandid)
    }
    try await run.finish(deadLetters: Self.hostile.count)
  }

  @Test func `whoever asks for a reply is told of a failure, even if the command is unreadable`() async throws {
    let deployment = try Deployment.current
    let replies = try await Subscription.replies(on: deployment.host)
    let hostile = HostileMessage.notJSON.prefix(4).map { message in message.changing { $0.replyTo = replies.queue } }
    let run = try await HostileRun.start(hostile.map { hostile in hostile.changing { $0.correlationID = "mine" } })
    let answers = try await replies.first(hostile.count)
    for answer in answers {
      try Expectations.published(answer)
      #expect(answer.event?.type == "command.failed")
      #expect(answer.code == "malformed_json")
      #expect(answer.properties.correlationID == "mine")
      #expect(answer.event?.attributes == ["specversion", "id", "source", "type", "time", "traceparent", "data"])
    }
    try await run.finish(deadLetters: hostile.count)
    await replies.close()
  }

  @Test func `an unusable reply address blocks nothing`() async throws {
    let addresses: [ShortString] = [
      "no such queue", "amq.rabbitmq.reply-to.g2dkAA5yYWJiaXRAbG9jYWxob3N0AAA.garbage==", "amq.rabbitmq.reply-to.",
      "amq.rabbitmq.reply-to.YQ==.term", "amq.rabbitmq.reply-to.g2EB.integer", "amq.rabbitmq.reply-to...",
      ShortString(bytes: [0xFF, 0, 0xFE])!, ShortString(bytes: [UInt8](repeating: 0x71, count: 255))!, "",
    ]
    let hostile = addresses.map { address in
      HostileMessage("reply to \(address.text ?? "noise")", "{", "malformed_json").changing { $0.replyTo = address }
    }
    let run = try await HostileRun.start(hostile)
    // An empty address is not an address.
    #expect(try await run.failures().count == addresses.count - 1)
    try await run.finish(deadLetters: addresses.count)
  }

  @Test func `direct replies work`() async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let command = Command.get(Command.newID(), Command.newID())
    var properties = MessageProperties()
    properties.replyTo = "amq.rabbitmq.reply-to"
    let client = try await WireClient(deployment.host.configuration())
    try await client.consumeDirectReplies()
    try await client.publish(command.body, properties: PropertyList(properties).bytes, to: "workspace.commands")
    let result = try await results.first(1)[0]
    #expect(try await client.deliveredBody() == result.body)
    try await Patience.poll(for: "the reply counts as delivered") {
      try await worker.metrics().value("workspace_worker_replies_total", ["outcome": "delivered"]) == 1
    }
    #expect(try await worker.drain() == .code(0))
    await results.close()
  }

  @Test func `a reply to the commands queue ends as one dead letter, not in a loop`() async throws {
    let deployment = try Deployment.current
    let run = try await HostileRun.start([])
    let good = Command.get(Command.newID(), Command.newID()).replying(to: "workspace.commands")
    let bad = HostileMessage("", "{", "malformed_json").changing { $0.replyTo = "workspace.commands" }.command
    try await run.sender.send([good, bad])
    let letters = try await run.ledger(3)
    #expect(Set(letters.map(\.reason)) == ["unknown_command_type", "malformed_json", "invalid_envelope"])
    _ = try await run.results.collect("the failures") { messages in
      Set(["workspace.get.rejected.failed", "command.failed", "command.failed.failed"])
        .isSubset(of: messages.compactMap { $0.event?.type })
    }
    try await run.finish(deadLetters: 3)
    #expect(try await deployment.records().inbox.rows == 1 + Int64(run.good.commands.count))
  }

  @Test func `a foreign user id and an expiration are recorded in the ledger unchanged`() async throws {
    let deployment = try Deployment.current
    let run = try await HostileRun.start([])
    let user = try await deployment.host.broker.management.createUser(for: deployment.host.name)
    var configuration = try deployment.host.configuration()
    configuration.authentication = .plain(user: user.name, password: Secret(user.password))
    let bad = HostileMessage("", "{", "malformed_json").changing {
      $0.userID = ShortString(user.name)
      $0.expiration = "3600000"
    }.command
    try await deployment.host.withPublisher(PublisherOptions(), configuration) { try await $0.publish([bad.message()]) }
    let letter = try await run.ledger(1)[0]
    #expect(letter.message == bad.message())
    try await deployment.host.broker.management.deleteUser(user.name)
    try await run.finish(deadLetters: 1)
  }

  /// The letter is the message as it came.
  private static func expect(_ letter: Deployment.RecordedMessage, of hostile: HostileMessage) {
    let name = Comment(rawValue: hostile.name)
    #expect(letter.reason == hostile.reason, name)
    #expect(letter.message.isPassage(of: hostile.command.message()), name)
  }
}
