import Messaging
import TestFixtures
import Testing
import UnitOfWork
import WorkerRuntime
import WorkspaceDomain

/// Messages that aren't valid commands.
@Suite struct InvalidMessageTests {
  private let fixture = ExecutorFixture()

  @Test func `invalid messages between valid ones harm nobody and keep their place`() async throws {
    let batches = try await fixture.run(
      .invalid("x1"), .createRoot("r", id: 1), CommandMessage("x2", "unknown"), .get("g", 1),
      CommandMessage("x3", "get"), .get("g2", 1))
    #expect(batches.count == 1)
    #expect(batches.settled == [1, 2, 3, 4, 5, 6])
    let letters = await fixture.letters
    #expect(letters.map(\.message.label) == ["x1", "x2", "x3"])
    #expect(letters.map(\.reason) == ["malformed_json", "unknown_command_type", "invalid_data"])
    #expect(batches.results.map(\.label) == ["r", "x2", "g", "x3", "g2"])
    #expect(
      batches.types == [
        "workspace.create_root.succeeded", "workspace.unknown.failed", "workspace.get.succeeded",
        "workspace.get.failed", "workspace.get.succeeded",
      ])
    #expect(await fixture.store.commits[0].inbox.count == 3)
  }

  @Test func `the ledger has the message, with the reason and the readable parts`() async throws {
    let message = CommandMessage("x", "nonsense").with { $0.contentType = "application/json" }
    _ = try await fixture.run(.createRoot("r", id: 1), message, .invalid("y"))
    let letters = await fixture.store.commits[0].deadLetters
    #expect(letters.map(\.reason) == ["unknown_command_type", "malformed_json"])
    #expect(letters.map(\.subject.commandType) == ["workspace.nonsense", nil])
    #expect(letters[0].subject.tenantID != nil && letters[0].subject.commandID == "x")
    let delivery = message.delivery(1)
    #expect(letters[0].message.body == delivery.body)
    #expect(letters[0].message.properties == delivery.properties)
    #expect(letters[0].message.routingKey == delivery.routingKey)
    #expect(letters[0].attempts == .init(count: 1, first: letters[0].recordedAt))
    #expect(letters[0].id < letters[1].id)
  }

  @Test
  func `a redelivered message that is in the ledger is not recorded, answered or announced again`() async throws {
    _ = try await fixture.run(CommandMessage("x", "nonsense"))
    let counted = CommandMessage("x", "nonsense").with { properties in
      var headers = HeaderTable()
      headers.append("x-delivery-count", Int64(1))
      properties.headers = headers
    }
    let next = ExecutorFixture(store: fixture.store, process: 2, identifiersAfter: 2 << 40)
    let again = try await next.run([counted], isRedelivered: true)
    #expect(again.messages.isEmpty)
    #expect(again.settled.count == 1)
    let another = try await next.run([CommandMessage("z", "nonsense")], isRedelivered: true)
    #expect(another.messages.count == 2)
    let twice = try await next.run(CommandMessage("x", "nonsense"))
    #expect(twice.messages.count == 2, "it was sent again, so it is a new letter")
    #expect(await fixture.store.commits.map(\.deadLetters.count) == [1, 0, 1, 1])
  }

  @Test func `each letter accounts for one redelivery of equal messages, and one more is another message`() async throws
  {
    let message = CommandMessage("x", "nonsense")
    try await fixture.run(message, message)
    let next = ExecutorFixture(store: fixture.store, process: 2, identifiersAfter: 2 << 40)
    #expect(try await next.run([message], isRedelivered: true).messages.isEmpty)
    #expect(try await next.run([message], isRedelivered: true).messages.isEmpty)
    #expect(try await next.run([message], isRedelivered: true).results.count == 1, "the third")
    #expect(
      try await next.run([message], isRedelivered: true).results.count == 1,
      "letters recorded in this session match no redelivery in it")
    let last = ExecutorFixture(store: fixture.store, process: 3, identifiersAfter: 3 << 40)
    #expect(try await last.run([message, message, message, message, message], isRedelivered: true).results.count == 1)
    #expect(await fixture.letters.count == 5)
  }

  @Test func `once its acknowledgement has been read, a letter does not match a redelivered new message`()
    async throws
  {
    let message = CommandMessage("x", "nonsense")
    try await fixture.run(message)
    var noted = WriteSet()
    noted.acknowledgedLetters = await fixture.letters.map(\.id)
    _ = try await fixture.store.begin(ReadSet())
    _ = try await fixture.store.commit(noted)
    let next = ExecutorFixture(store: fixture.store, process: 2, identifiersAfter: 2 << 40)
    #expect(try await next.run([message], isRedelivered: true).results.count == 1)
    #expect(await fixture.letters.count == 2)
  }

  @Test(
    arguments: [
      (CommandMessage.invalid("x"), []), (.invalid("x").with { $0.replyTo = "me" }, ["results", ""]),
      (CommandMessage("x", "nonsense"), ["results"]),
      (CommandMessage("x", "nonsense").with { $0.replyTo = "me" }, ["results", ""]),
      (CommandMessage("x", "get", id: ""), []),
      (CommandMessage("x", "get", id: "").with { $0.replyTo = "me" }, ["results", ""]),
    ] as [(CommandMessage, [ShortString])])
  func `senders are told of failures if possible: by the id that was read, or by reply_to`(
    message: CommandMessage, exchanges: [ShortString]
  ) async throws {
    let batches = try await fixture.run(message)
    #expect(
      batches.messages.map(\.exchange) == exchanges.filter { $0 != "" } + ["dead"] + exchanges.filter { $0 == "" })
    #expect(batches.results.allSatisfy { $0.properties.type?.text?.hasSuffix(".failed") ?? false })
    #expect(Set((batches.results + batches.replies).map(\.body)).count <= 1)
  }

  @Test func `the failure of an unreadable message has no tenant, neither in the body nor in a header`() async throws {
    let batches = try await fixture.run(CommandMessage.invalid("x").with { $0.replyTo = "me" })
    #expect(batches.types == ["command.failed"])
    #expect(batches.results[0].properties.headers == nil)
    #expect(!batches.results[0].text.contains("tenantid"))
  }

  @Test func `a failure does not use up its key: the key can still be used`() async throws {
    let batches = try await fixture.run(CommandMessage("x", "nonsense", id: "k"), CommandMessage("l", "list", id: "k"))
    #expect(batches.types == ["workspace.nonsense.failed", "workspace.list.succeeded"])
  }
}
