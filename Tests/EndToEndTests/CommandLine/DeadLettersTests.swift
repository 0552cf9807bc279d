import EndToEndSupport
import Foundation
import Messaging
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .deployment)
struct DeadLettersTests {
  private struct Letters: Decodable {
    struct Letter: Decodable {
      let id: String
      let reason: String
      let command_id: String?
      let bytes: Int
    }
    let dead_letters: [Letter]
    let next: String?
  }

  private struct Groups: Decodable {
    struct Group: Decodable {
      let value: String?
      let count: Int
    }
    let groups: [Group]
  }

  private struct Letter: Decodable {
    struct Message: Decodable {
      let body: String
      let properties: [String: Property]
      let headers: [Header]
    }
    struct Header: Decodable {
      let name: String
      let value: Property
    }
    enum Property: Decodable, Equatable {
      case string(String)
      case number(Int)

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        self = try (try? container.decode(Int.self)).map(Property.number) ?? .string(container.decode(String.self))
      }
    }
    let id: String
    let detail: String
    let message: Message
  }

  private func decode<Value: Decodable>(_ type: Value.Type, _ arguments: String...) async throws -> Value {
    let program = try Deployment.current.start(["dead-letters"] + arguments + ["--format", "json"])
    #expect(try await program.exit() == .code(0), "\(program.errors)")
    return try JSONDecoder().decode(type, from: Data(program.output.utf8))
  }

  /// Sends messages that can't be processed, and waits until the ledger has them.
  private func bury(_ bodies: [String], _ change: (inout MessageProperties) -> Void = { _ in }) async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    let letters = try await Subscription.to("workspace.dead-letters", on: deployment.host)
    try await publish(bodies, change)
    _ = try await letters.first(bodies.count)
    await letters.close()
    #expect(try await worker.drain() == .code(0))
  }

  private func publish(_ bodies: [String], _ change: (inout MessageProperties) -> Void = { _ in }) async throws {
    var properties = MessageProperties()
    change(&properties)
    let messages = bodies.map {
      AMQPMessage(
        exchange: "workspace.commands", routingKey: "workspace.get", properties: properties, body: Array($0.utf8))
    }
    try await Deployment.current.host.withPublisher { try await $0.publish(messages) }
  }

  @Test func `a letter is recorded once, even if the worker dies between its commit and the acknowledgement`()
    async throws
  {
    let deployment = try Deployment.current
    let letters = try await Subscription.to("workspace.dead-letters", on: deployment.host)
    let doomed = try deployment.startWorker(["WORKSPACE_WORKER_FAILPOINT": "committed:1"])
    try await publish(["{"])
    try await doomed.program.says("failpoint committed")
    try await doomed.program.crash()
    let worker = try await deployment.activeWorker()
    _ = try await letters.first(1)
    try await deployment.commandsAreDone()
    #expect(try await worker.drain() == .code(0))
    #expect(try await decode(Letters.self, "list").dead_letters.count == 1)
    #expect(try await letters.everything(on: deployment.host).count == 1)
  }

  @Test func `dead letters are listed page by page, latest first, and counted`() async throws {
    try await bury(["{", "{}", "[", "{\"specversion\":\"1.0\"}", "no"])
    let all = try await decode(Letters.self, "list")
    #expect(
      all.dead_letters.map(\.reason) == [
        "malformed_json", "invalid_envelope", "malformed_json", "invalid_envelope", "malformed_json",
      ])
    #expect(all.dead_letters.map(\.bytes) == [2, 21, 1, 2, 1])
    #expect(all.next == nil)
    let first = try await decode(Letters.self, "list", "--limit", "3")
    let second = try await decode(Letters.self, "list", "--limit", "3", "--after", try #require(first.next))
    #expect(first.dead_letters.map(\.id) + second.dead_letters.map(\.id) == all.dead_letters.map(\.id))
    #expect(second.next == nil)
    #expect(
      try await decode(Letters.self, "list", "--reason", "invalid_envelope", "--since", "1h").dead_letters.count == 2)
    #expect(try await decode(Letters.self, "list", "--until", "2026-01-01").dead_letters.isEmpty)
    #expect(try await decode(Letters.self, "list", "--text", "\"1.0\"").dead_letters.map(\.bytes) == [21])
    let groups = try await decode(Groups.self, "list", "--group-by", "reason").groups
    #expect(groups.map(\.value) == ["malformed_json", "invalid_envelope"])
    #expect(groups.map(\.count) == [3, 2])
    let table = try await Deployment.current.run("dead-letters", "list", "--limit", "2")
    #expect(table.output.split(separator: "\n").count == 4)
    #expect(table.output.contains("--after \(all.dead_letters[1].id)"))
  }

  @Test func `a letter is shown unchanged, and can't control the terminal`() async throws {
    let body = "{ \u{1B}[2J \u{202E}"
    try await bury([body]) { properties in
      properties.messageID = "m-1"
      properties.priority = 3
      var headers = HeaderTable()
      headers.append("tries", Int64(7))
      headers.append("who", "Grüße\u{1B}")
      properties.headers = headers
    }
    let id = try #require(try await decode(Letters.self, "list").dead_letters.first?.id)
    let letter = try await decode(Letter.self, "show", id)
    #expect(letter.message.body == body)
    #expect(letter.message.properties == ["message_id": .string("m-1"), "priority": .number(3)])
    #expect(letter.message.headers.map(\.name) == ["tries", "who"])
    #expect(letter.message.headers.map(\.value) == [.number(7), .string("Grüße\u{1B}")])
    let shown = try await Deployment.current.run("dead-letters", "show", id)
    #expect(shown.exit == .code(0))
    #expect(shown.output.contains("malformed_json") && shown.output.contains("m-1"))
    #expect(shown.output.contains("\\u{1b}[2J") && shown.output.contains("\\u{202e}"))
    #expect(!shown.output.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
  }

  @Test func `the exit code reports a letter that does not exist`() async throws {
    let result = try await Deployment.current.run("dead-letters", "show", Command.newID())
    #expect(result.exit == .code(2))
    #expect(result.output.isEmpty)
    #expect(try await Deployment.current.run("dead-letters", "show", "no-id").exit == .code(64))
    #expect(try await Deployment.current.run("dead-letters", "list", "--since", "yesterday").exit == .code(64))
    #expect(try await Deployment.current.run("dead-letters", "list").output == "no dead letters\n")
  }
}
