import Messaging
import TestFixtures
import Testing
import UnitOfWork
import WorkerRuntime
import WorkspaceDomain

@Suite struct IdempotencyTests {
  private let fixture = ExecutorFixture()

  @Test
  func `a duplicate in the same or a later batch gets the same bytes, at the reply_to it names`() async throws {
    let root = CommandMessage.createRoot("r", id: 1)
    var batches = try await fixture.run(root, root.with { $0.correlationID = "second" }, .get("g", 1))
    batches += try await fixture.run(
      .get("g", 1),
      root.with {
        $0.correlationID = "third"
        $0.replyTo = "me"
      })
    let answers = batches.messages.filter { $0.properties.type == "workspace.create_root.succeeded" }
    #expect(answers.map(\.exchange) == ["results", "results", "results", ""])
    #expect(answers.map(\.label) == ["r", "second", "third", "third"])
    #expect(Set(answers.map(\.body)).count == 1)
    #expect(Set(answers.map(\.properties.messageID)).count == 1)
    #expect(Set(answers.map(\.properties.timestamp)).count == 1)
    #expect(batches.events.count == 1)
    #expect(batches.settled == [1, 2, 3, 4, 5])
  }

  @Test func `a reply has the sequence of the last event that its command has just caused`() async throws {
    let commands = [
      CommandMessage.createRoot("r", id: 1), .create("c", "child", below: 1, id: 2), .rename("same", 2, to: "child"),
      .get("g", 1),
      .delete("missing", 9), .createRoot("r", id: 1), .delete("d", 2),
    ].map { $0.with { $0.replyTo = "me" } }
    let batches = try await fixture.run(commands)
    #expect(batches.replies.map { $0.properties.headers?.string("sequence") } == ["1", "2", nil, nil, nil, nil, "3"])
    #expect(batches.results.allSatisfy { $0.properties.headers?.string("sequence") == nil })
  }

  @Test func `a duplicate with other attributes, order of keys and numbers is the same command`() async throws {
    let first = CommandMessage("l", "list", id: "c", data: #"{"limit":10,"x":{"a":1,"b":2}}"#)
    let second = CommandMessage(
      "l2", "list", id: "c", data: #"{ "x" : {"b":2.0,"a":1} , "limit" : 1e1 }"#,
      extra: #","time":"2026-01-01T00:00:00Z","subject":"s""#)
    let batches = try await fixture.run(first, .createRoot("r", id: 1), second)
    #expect(batches.results[0].body == batches.results[2].body)
    #expect(batches.results[0].text.contains(#""count":0"#))
  }

  @Test func `a rejection is remembered, even if the command could succeed by now`() async throws {
    let early = CommandMessage.create("early", "a", below: 1, id: 2)
    let batches = try await fixture.run(early, .createRoot("r", id: 1), early)
    #expect(
      batches.types == ["workspace.create.rejected", "workspace.create_root.succeeded", "workspace.create.rejected"])
    #expect(batches.results[0].body == batches.results[2].body)
    #expect(try await fixture.run(early).results[0].body == batches.results[0].body)
  }

  @Test func `a query's first answer is its permanent answer`() async throws {
    let batches = try await fixture.run(.createRoot("r", id: 1), .get("g", 1), .rename("n", 1, to: "new"), .get("g", 1))
    #expect(batches.results[1].body == batches.results[3].body)
  }

  @Test(arguments: [true, false])
  func `another command under a known key is a conflict, changes nothing and always gets the same bytes`(
    inOneBatch: Bool
  ) async throws {
    let other = CommandMessage("c", "create_root", id: "r", data: #"{"name":"other"}"#)
    let third = CommandMessage("t", "list", id: "r")
    let commands = [CommandMessage.createRoot("r", id: 1), other, .createRoot("r", id: 1), other, third, other]
    var batches: [CommittedBatch] = []
    if inOneBatch {
      batches = try await fixture.run(commands)
    } else {
      for command in commands { batches += try await fixture.run(command) }
    }
    let results = batches.results
    #expect(
      batches.types == [
        "workspace.create_root.succeeded", "workspace.create_root.rejected", "workspace.create_root.succeeded",
        "workspace.create_root.rejected",
        "workspace.list.rejected", "workspace.create_root.rejected",
      ])
    #expect(results[1].text.contains(#"{"error":{"code":"idempotency_conflict""#))
    #expect(results[1].body == results[3].body && results[3].body == results[5].body)
    #expect(Set([results[0], results[1], results[4]].map { $0.member("id") }).count == 3)
    #expect(batches.events.count == 1)
    #expect(await fixture.store.commits.flatMap(\.inbox).count == 1)
    #expect(await Set(fixture.store.commits.flatMap(\.newTenants.keys)) == [TenantID.sample(1)])
  }

  @Test func `a conflict in another trace has another id: one id never has two contents`() async throws {
    func conflict(_ span: Int) -> CommandMessage {
      CommandMessage(
        "c", "list", id: "r", extra: #","traceparent":"00-0af7651916cd43dd8448eb211c80319c-000000000000000\#(span)-01""#
      )
    }
    let results = try await fixture.run(.createRoot("r", id: 1), conflict(1), conflict(2), conflict(1)).results
    #expect(results[1].member("id") != results[2].member("id"))
    #expect(results[1].body == results[3].body)
  }

  @Test func `another user is another command: nobody gets another user's answer`() async throws {
    func get(_ user: String?) -> CommandMessage {
      CommandMessage("g", "list", extra: user.map { #","userid":"\#($0)""# } ?? "")
    }
    let batches = try await fixture.run(get("alice"), get("bob"), get(nil), get("alice"))
    #expect(
      batches.types == [
        "workspace.list.succeeded", "workspace.list.rejected", "workspace.list.rejected", "workspace.list.succeeded",
      ])
    #expect(batches.results[0].body == batches.results[3].body)
  }

  @Test func `another tenant's command with the same source and id is another command`() async throws {
    let first = try await fixture.run(CommandMessage("c", "create_root", tenant: 1))
    let second = try await fixture.run(
      CommandMessage("c", "create_root", tenant: 2), CommandMessage("c", "list", tenant: 3))
    let again = try await fixture.run(
      CommandMessage("c", "create_root", tenant: 1), CommandMessage("c", "create_root", tenant: 2))
    #expect(
      (first + second).types == [
        "workspace.create_root.succeeded", "workspace.create_root.succeeded", "workspace.list.succeeded",
      ])
    #expect(again.results.map(\.body) == [first.results[0].body, second.results[0].body])
  }

  @Test func `a conflict reveals nothing about the first command, not even its time`() async throws {
    let other = CommandMessage("c", "list", id: "r")
    var answers: [AMQPMessage] = []
    for number in 1...2 {
      let fixture = ExecutorFixture(identifiersAfter: UInt64(number) << 40)
      try await fixture.run(number == 1 ? .createRoot("r", id: 1) : .get("r", 5))
      answers += try await fixture.run(other).results
    }
    #expect(answers[0].body == answers[1].body, "the same answer, whatever and whenever the first command was")
    #expect(answers[0].text.contains("1970-01-01T00:00:00.000Z"))
    let timed = CommandMessage("c", "list", id: "r", extra: #","time":"2026-11-28T10:00:00Z""#)
    try await fixture.run(.createRoot("r", id: 1))
    let conflict = try await fixture.run(timed).results[0]
    #expect(conflict.text.contains(#""time":"2026-11-28T10:00:00.000Z""#), "its sender's own time")
    #expect(conflict.member("id") != answers[0].member("id"))
  }

  @Test func `keys are compared byte for byte`() async throws {
    let batches = try await fixture.run(
      CommandMessage("1", "list", id: "\u{E9}", data: #"{"limit":1}"#),
      CommandMessage("2", "list", id: "e\u{301}", data: #"{"limit":2}"#))
    #expect(batches.types == ["workspace.list.succeeded", "workspace.list.succeeded"])
    #expect(await fixture.store.commits[0].inbox.count == 2)
  }
}
