import EndToEndSupport
import Foundation
import Messaging
import TestSupport
import Testing

/// The published schemas match what the worker does: checked by a third-party validator.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct SchemaTests {
  @Test func `every published message and every accepted command conforms to its schema`() async throws {
    let deployment = try Deployment.current
    let sample = try SampleCommands.read()
    let hostile =
      HostileMessage.notJSON + HostileMessage.envelopes + HostileMessage.unknownTypes + HostileMessage.wrongData
    let (tenant, root, parent, child) = (Command.newID(), Command.newID(), Command.newID(), Command.newID())
    let moves: [Command] = [
      .createRoot(tenant, id: root), .create(tenant, "parent", below: root, id: parent),
      .create(tenant, "child", below: root, id: child), .move(tenant, child, to: parent),
      .move(tenant, root, to: child),
    ]
    var subscriptions: [Subscription] = []
    for exchange: ShortString in ["workspace.results", "workspace.events", "workspace.dead-letters"] {
      subscriptions.append(try await Subscription.to(exchange, on: deployment.host))
    }
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker()
    try await sender.send(sample.commands + moves + hostile.map(\.command))
    try await Patience.poll(for: "all invalid messages are dead letters") {
      try await deployment.letters().count == hostile.count
    }
    #expect(try await worker.drain() == .code(0))
    var lines: [String] = []
    for subscription in subscriptions {
      let published = try await subscription.everything(on: deployment.host)
      lines += published.map { message in
        let type = message.event?.type ?? ""
        // Of a type without a command.
        let isKnown = !type.hasSuffix(".failed") || Self.commandTypes.contains(String(type.dropLast(7)))
        return "\(isKnown ? type : "command.failed")\t\(String(decoding: message.body, as: UTF8.self))"
      }
      await subscription.close()
    }
    #expect(lines.count > 939 + 700)
    for type in ["workspace.move.succeeded", "workspace.move.rejected", "workspace.moved"] {
      #expect(lines.contains { $0.hasPrefix("\(type)\t") }, "\(type)")
    }
    lines += moves.map { "\($0.routingKey.text ?? "")\t\(String(decoding: $0.body, as: UTF8.self))" }
    lines += zip(sample.commands, sample.events).map { "\($1.type)\t\(String(decoding: $0.body, as: UTF8.self))" }
    let problems = try await validate(lines).filter { $0 != "valid" }
    #expect(problems.isEmpty, "\(problems.prefix(5))")
    await sender.close()
  }

  @Test func `messages that the worker refuses for their shape are refused by the schema, too`() async throws {
    let wrong = HostileMessage.wrongData.map(\.command)
    let lines = wrong.map { "\($0.routingKey.text ?? "")\t\(String(decoding: $0.body, as: UTF8.self))" }
    #expect(wrong.count > 10)
    for (line, verdict) in zip(lines, try await validate(lines)) { #expect(verdict != "valid", "\(line)") }
  }

  @Test func `the program prints the schemas, each self-contained`() async throws {
    let deployment = try Deployment.current
    let all = try await deployment.run("schema", environment: ["AMQP_URL": "", "POSTGRES_URL": ""])
    #expect(all.output == (try String(contentsOf: Self.file, encoding: .utf8)))
    let names = try await deployment.run("schema", "--list").output.split(separator: "\n").map(String.init)
    #expect(names.count == 120, "23 commands and 3 queries with three results each, command.failed, and 15 events")
    for name in ["workspace.create", "workspace.create.rejected", "workspace.deleted", "command.failed"] {
      #expect(names.contains(name))
      let schema = try await deployment.run("schema", name)
      let document = try #require(try JSONSerialization.jsonObject(with: Data(schema.output.utf8)) as? [String: Any])
      #expect(document["$ref"] as? String == "#/$defs/\(name)" && document["$defs"] != nil)
    }
    #expect(try await deployment.run("schema", "workspace.make").exit == .code(64))
  }

  @Test func `the AsyncAPI document names every message, and nothing else`() throws {
    let text = try String(contentsOf: PythonTool.repository.appending(path: "docs/asyncapi.yaml"), encoding: .utf8)
    let document = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: Self.file)) as? [String: Any])
    let definitions = try #require(document["$defs"] as? [String: Any])
    let messages = Set(definitions.keys.filter { $0.contains(".") })
    let referred = Set(text.matches(of: /#\/\$defs\/([a-z_.]+)/).map { String($0.output.1) })
    #expect(referred == messages)
  }

  private static let commandTypes = ["create_root", "create", "rename", "delete", "get", "list"].map {
    "workspace.\($0)"
  }
  private static let file = PythonTool.repository.appending(path: "Sources/MessageSchemas/schemas/messages.schema.json")

  /// One verdict per line.
  private func validate(_ lines: [String]) async throws -> [String] {
    let output = try await PythonTool.run("validate", [Self.file.path], input: lines.joined(separator: "\n") + "\n")
    let verdicts = output.split(separator: "\n").map(String.init)
    try #require(verdicts.count == lines.count)
    return verdicts
  }
}
