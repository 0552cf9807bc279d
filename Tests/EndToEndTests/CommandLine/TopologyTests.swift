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

  @Test func `a queue with a different argument is incompatible, and nothing is changed`() async throws {
    let deployment = try Deployment.current
    var arguments = HeaderTable()
    arguments.append("x-queue-type", "quorum")
    arguments.append("x-dead-letter-exchange", "somewhere.else")
    arguments.append("x-dead-letter-strategy", "at-least-once")
    arguments.append("x-overflow", "reject-publish")
    try await deployment.host.declare("workspace.commands", arguments)
    for call in ["plan", "apply"] {
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
    #expect(try await report("plan").report.items.contains { $0.kind == "exchange" && $0.state == "missing" })
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
