import Messaging
import TestFixtures
import Testing
import UnitOfWork
import WorkerRuntime
import WorkspaceApplication
import WorkspaceDomain

/// The results of a batch: answers, events, settled deliveries.
@Suite struct CommitterTests {
  private let fixture = ExecutorFixture()

  @Test func `a batch is one transaction, with each result before the events of its command`() async throws {
    let batches = try await fixture.run(
      .createRoot("r", id: 1), .create("c", "a", below: 1, id: 2), .get("g", 2), .rename("n", 2, to: "b"),
      .delete("d", 2), .get("g2", 2))
    #expect(batches.count == 1)
    #expect(
      batches.messages.compactMap { $0.properties.type?.text } == [
        "workspace.create_root.succeeded", "workspace.created", "workspace.create.succeeded", "workspace.created",
        "workspace.get.succeeded",
        "workspace.rename.succeeded", "workspace.renamed", "workspace.delete.succeeded", "workspace.deleted",
        "workspace.get.rejected",
      ])
    #expect(batches.settled == [1, 2, 3, 4, 5, 6])
    #expect(batches[0].entries.map(\.id.number) == [1])
    #expect(try await fixture.store.outbox == batches.messages)
  }

  @Test func `commands that ask for too much together are run in parts, in order`() async throws {
    let messages = (0..<100).map { number in
      CommandMessage.by(
        "u\(number)",
        CommandMessage(
          "\(number)", "move",
          data:
            #"{"workspace_id":"\#(WorkspaceID.sample(1))","parent_workspace_id":"\#(WorkspaceID.sample(UInt64(number) + 2))"}"#
        ))
    }
    let batches = try await fixture.run(messages)
    #expect((2...8).contains(batches.count), "\(batches.count)")
    #expect(batches.results.map { $0.properties.correlationID?.text } == (0..<100).map { "\($0)" })
    #expect(batches.settled == Array(1...100))
  }

  @Test func `the properties repeat the envelope`() async throws {
    let batches = try await fixture.run(.createRoot("r", id: 1))
    for message in batches.messages {
      let properties = message.properties
      #expect(properties.messageID?.text == message.member("id"))
      #expect(properties.type == message.routingKey)
      #expect(properties.type?.text == message.member("type"))
      #expect(properties.appID == "workspace-worker")
      #expect(properties.deliveryMode == 2)
      #expect(properties.contentType == "application/cloudevents+json")
      #expect(properties.timestamp == 1_795_420_800)
      #expect(properties.headers?.string("tenantid") == message.member("tenantid"))
      #expect(properties.replyTo == nil)
      #expect(properties.userID == nil)
    }
    #expect(batches.results[0].properties.correlationID == "r")
    #expect(batches.events[0].properties.correlationID == nil)
  }

  @Test(
    arguments: [
      ("x", "c", "x"), (nil, "c", "c"), (nil, String(repeating: "é", count: 127), String(repeating: "é", count: 127)),
      (nil, String(repeating: "é", count: 128), nil), ("x", String(repeating: "é", count: 128), "x"),
    ] as [(String?, String, String?)])
  func `the correlation id is the command's, else its id, else none if that does not fit`(
    property: String?, id: String, expected: String?
  ) async throws {
    let message = CommandMessage("label", "list", id: id).with {
      $0.correlationID = property.flatMap { ShortString($0) }
    }
    #expect(try await fixture.run(message).results[0].properties.correlationID?.text == expected)
  }

  @Test
  func
    `reply_to gets the same bytes through the default exchange, behind all that is published, with the same properties and the sequence`()
    async throws
  {
    let batches = try await fixture.run(
      .createRoot("r", id: 1).with { $0.replyTo = "answers" }, .get("g", 1).with { $0.replyTo = "" })
    #expect(batches.messages.map(\.exchange) == ["results", "events", "results", ""])
    let (result, reply) = (batches.messages[0], batches.messages[3])
    #expect(reply.routingKey == "answers")
    #expect(reply.body == result.body)
    var properties = result.properties
    properties.headers?.append("sequence", "1")
    #expect(reply.properties == properties)
  }

  @Test
  func `events are numbered per tenant from 1, without gaps for batches, rejections, queries and duplicates`()
    async throws
  {
    var batches = try await fixture.run(
      .createRoot("r1", id: 1), .createRoot("r2", id: 2, tenant: 2), .createRoot("again", id: 9),
      .create("a", "a", below: 1, id: 11),
      .create("taken", "a", below: 1, id: 12), .create("b", "b", below: 2, id: 21, tenant: 2), .get("g", 1),
      .createRoot("r1", id: 1))
    batches += try await fixture.run(
      .delete("d", 11), .delete("d2", 11), .rename("n", 2, to: "n", tenant: 2), .rename("n2", 2, to: "n", tenant: 2))
    batches += try await fixture.run(.createRoot("r3", id: 3, tenant: 3), .rename("m", 1, to: "m"))
    let sequences = Dictionary(grouping: batches.events) { $0.member("tenantid") ?? "" }.mapValues {
      $0.compactMap { $0.member("sequence") }
    }
    #expect(Set(sequences.values) == [["1", "2", "3", "4"], ["1", "2", "3"], ["1"]])
  }

  @Test func `a rejected command of an unknown tenant is answered and does not create the tenant`() async throws {
    let batches = try await fixture.run(.get("g", 1, tenant: 7), .create("c", "n", below: 1, id: 2, tenant: 7))
    #expect(batches.types == ["workspace.get.rejected", "workspace.create.rejected"])
    #expect(await fixture.store.commits[0].newTenants.isEmpty)
    #expect(await fixture.store.commits[0].inbox.count == 2)
  }

  @Test func `a root without a name gets the configured one, and the user is carried on`() async throws {
    let batches = try await fixture.run(
      CommandMessage(
        "r", "create_root",
        extra: #","userid":"alice","traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01""#))
    #expect(batches.results[0].member("name") == "Main")
    #expect(batches.events[0].member("userid") == "alice")
    #expect(batches.events[0].member("creator_id") == "alice")
    #expect(
      batches.messages.allSatisfy {
        $0.member("traceparent") == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
      })
  }

  @Test func `confirmed messages leave the outbox with the next transaction`() async throws {
    let ids = try await fixture.run(.createRoot("r", id: 1))[0].entries.map(\.id)
    try await fixture.run(.get("g", 1), removing: ids)
    #expect(try await fixture.store.outbox.map(\.label) == ["g"])
  }

  @Test func `observations are reported after the commit, with their commands`() async throws {
    await fixture.store.failNext(.conflict(constraint: .inboxKey), .transient(reason: "deadlock"))
    try await fixture.run(.createRoot("r", id: 1), .get("g", 1), .get("missing", 9))
    #expect(
      fixture.probe.observations == [.created(.sample(1), isRoot: true), .retrieved(.sample(1)), .notFound(.sample(9))])
    #expect(fixture.probe.commandIDs == ["r", "g", "missing"])
  }
}
