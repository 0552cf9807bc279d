import EndToEndSupport
import Foundation
import Messaging
import RabbitMQClient
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .emptyDeployment)
struct TopologyTests {
  private struct Report: Decodable {
    struct Item: Decodable {
      let kind: String
      let name: String
      let state: String
      let argument: String?
      let wanted: String?
      let current: String?
    }
    let status: String
    let items: [Item]
  }

  @Test func `a plan shows what is missing, and nothing once it is applied`() async throws {
    let deployment = try Deployment.current
    let before = try await report("plan")
    #expect(before.exit == .code(2))
    #expect(before.report.items.count { $0.kind == "exchange" && $0.state == "missing" } == 7)
    #expect(before.report.items.count { $0.kind == "queue" && $0.state == "missing" } == 3)
    #expect(try await report("plan").exit == .code(2), "a plan changes nothing")
    #expect(try await report("apply").exit == .code(0))
    #expect(try await report("plan").exit == .code(0))
    #expect(try await report("apply").exit == .code(0))
    try await deployment.host.broker.management.deleteExchange("workspace.events", in: deployment.host.name)
    let after = try await report("plan")
    #expect(after.exit == .code(2))
    #expect(after.report.items.filter { $0.state == "missing" }.map(\.name) == ["workspace.events"])
  }

  @Test func `a missing binding is a change to make, and testing it leaves no command`() async throws {
    let deployment = try Deployment.current
    try await deployment.prepare()
    let plan = try await report("plan")
    #expect(plan.exit == .code(0))
    let bindings = plan.report.items.filter { $0.kind == "binding" }.map(\.state)
    #expect(bindings == ["exists", "exists", "exists", "exists", "exists", "obsolete"])
    let removed: [(queue: ShortString, key: ShortString)] = [
      ("workspace.commands", "workspace.#"), ("workspace.commands", "group.#"), ("workspace.queries", "#"),
    ]
    try await deployment.host.withConnection {
      _ = try await $0.declare(removed.map { .unbinding(queue: $0.queue, exchange: $0.queue, routingKey: $0.key) })
    }
    let cut = try await report("plan")
    #expect(cut.exit == .code(2))
    let missing = cut.report.items.filter { $0.state == "missing" }.map(\.name)
    #expect(
      missing == [
        "workspace.commands -[workspace.#]-> workspace.commands", "workspace.commands -[group.#]-> workspace.commands",
        "workspace.queries -[#]-> workspace.queries",
      ])
    #expect(try await report("apply").exit == .code(0))
    #expect(try await report("plan").exit == .code(0))
    let worker = try await deployment.activeWorker()
    try await deployment.commandsAreDone()
    try await Patience.poll(for: "the queue of queries is empty") {
      try await deployment.host.depth(of: "workspace.queries") == 0
    }
    #expect(try await deployment.letters().isEmpty)
    #expect(try await worker.drain() == .code(0))
  }

  @Test(arguments: [nil, "classic"]) func `of a queue of another type, the type is named`(type: String?) async throws {
    let deployment = try Deployment.current
    var arguments = HeaderTable()
    if let type { arguments.append("x-queue-type", type) }
    try await deployment.host.declare("workspace.commands", arguments)
    let result = try await report("plan")
    #expect(result.exit == .code(3))
    let item = try #require(result.report.items.first { $0.state == "incompatible" })
    #expect([item.argument, item.wanted] == ["x-queue-type", "quorum"])
    #expect(item.current != "quorum", "before RabbitMQ 4 a type that was left out is none")
  }

  @Test func `a queue with a different argument is incompatible and stays so, and everything else is created`()
    async throws
  {
    let deployment = try Deployment.current
    var arguments = HeaderTable()
    arguments.append("x-queue-type", "quorum")
    arguments.append("x-dead-letter-exchange", "somewhere.else")
    arguments.append("x-dead-letter-strategy", "at-least-once")
    arguments.append("x-overflow", "reject-publish")
    try await deployment.host.declare("workspace.commands", arguments)
    for call in ["plan", "apply", "plan"] {
      let result = try await report(call)
      #expect(result.exit == .code(3))
      let item = try #require(result.report.items.first { $0.state == "incompatible" })
      #expect(item.name == "workspace.commands")
      #expect(item.argument == "x-dead-letter-exchange")
      #expect(item.wanted == "")
      #expect(item.current == "somewhere.else")
      let text = try await deployment.run("topology", call)
      #expect(text.exit == .code(3))
      for part in ["x-dead-letter-exchange", "somewhere.else"] { #expect(text.output.contains(part)) }
    }
    let states = try await report("plan").report.items.map(\.state)
    #expect(states.count { $0 == "exists" } == 10 && states.count { $0 == "ensured" } == 4, "\(states)")
    #expect(states.last == "obsolete")
    #expect(try await deployment.host.depth(of: "workspace.commands") == 0, "the bindings of that queue are not tested")
  }

  @Test func `an exchange of a different type is incompatible`() async throws {
    let deployment = try Deployment.current
    try await deployment.host.withConnection {
      _ = try await $0.declare([.exchange("workspace.results", type: "fanout", isPassive: false)])
    }
    let result = try await report("plan")
    #expect(result.exit == .code(3))
    let item = try #require(result.report.items.first { $0.state == "incompatible" })
    #expect([item.name, item.argument, item.wanted, item.current] == ["workspace.results", "type", "topic", "fanout"])
  }

  private func report(_ call: String) async throws -> (exit: Program.Exit, report: Report) {
    let result = try await Deployment.current.run("topology", call, "--format", "json")
    return (result.exit, try JSONDecoder().decode(Report.self, from: Data(result.output.utf8)))
  }
}
