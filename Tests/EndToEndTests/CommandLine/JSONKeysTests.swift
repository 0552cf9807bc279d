import EndToEndSupport
import Foundation
import Messaging
import TestSupport
import Testing

/// Programs read the output by its keys, without knowing the source: the keys are in snake_case, like those of
/// messages.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct JSONKeysTests {
  /// A call that prints JSON.
  private struct Call {
    let arguments: [String]
    var input = ""
  }

  @Test func `all JSON that the program prints has snake_case keys`() async throws {
    var paths: Set<String> = []
    var called: [[String]] = []
    let calls = try await prepared()
    let (spicedb, environment) = try await Deployment.current.startSpiceDB()
    for call in calls {
      let program = try Deployment.current.start(
        call.arguments, environment.merging(["USER": "tester"]) { $1 }, input: call.input)
      let exit = try await program.exit()
      #expect([.code(0), .code(2)].contains(exit), "\(call.arguments): \(program.errors)")
      let keys = JSONKeys(lines: program.output)
      #expect(!keys.paths.isEmpty, "\(call.arguments)")
      #expect(keys.strange.isEmpty, "\(call.arguments)")
      paths.formUnion(keys.paths)
      called.append(call.arguments)
    }
    for command in try await commandsWithFormat() where !Self.printingMessages.contains(command) {
      let isTried = called.contains { $0.starts(with: command) && $0.suffix(2) == ["--format", "json"] }
      #expect(isTried, "\(command) is not tried here")
    }
    let expected: Set = [
      "dead_letters/tenant_id", "dead_letters/command_id", "dead_letters/first_failed_at",
      "dead_letters/discarded_because", "dead_letters/replay_of", "lines/first/dead_letter_request",
      "lines/first/due_at", "commands/command_source", "message/routing_key", "message/properties/content_type",
      "message/headers/name", "replays/is_edited", "replays/outcome_at", "grouped_by", "migrations/applied_at",
      "would_destroy",
      "plans/created_at", "plans/not_sent", "recorded_at", "tenant_id", "command_id",
    ]
    #expect(expected.subtracting(paths).isEmpty)
    _ = spicedb
  }

  /// They print messages as they are.
  private static let printingMessages = [["query"], ["listen"]]

  /// Calls of all commands on a deployment that has something for each to show.
  private func prepared() async throws -> [Call] {
    let deployment = try Deployment.current
    let (tenant, root) = (Command.newID(), Command.newID())
    let worker = try await fill(tenant, root)
    let parked = try await identifier(of: ["parked", "list", "--tenant", tenant])
    let letter = try await identifier(of: ["dead-letters", "list", "--reason", "malformed_json"])
    let named = try await identifier(of: ["dead-letters", "list", "--reason", "invalid_data"])
    let replay = ["dead-letters", "replay", "--id", letter, "--because", "x"]
    // Whatever is retried is dead again.
    let replayed = try deployment.start(replay + ["--format", "json"], ["USER": "tester"])
    #expect(try await replayed.exit() == .code(2), "\(replayed.errors)")
    let plan = try #require(replayed.output.firstMatch(of: /"plan":"([^"]*)"/)?.1)
    let export = ["dead-letters", "export", "--all"]
    let exported = try deployment.start(export)
    #expect(try await exported.exit() == .code(0), "\(exported.errors)")
    #expect(try await worker.drain() == .code(0))
    let calls = Self.calls(tenant, parked: parked, letter: letter, named: named, plan: String(plan))
    return [Call(arguments: export + ["--format", "json"])]
      + calls.map { Call(arguments: $0 + ["--format", "json"], input: $0.contains("import") ? exported.output : "") }
  }

  private static func calls(
    _ tenant: String, parked: String, letter: String, named: String, plan: String
  ) -> [[String]] {
    [
      ["migrate", "up"], ["migrate", "status"], ["topology", "plan"], ["topology", "apply"], ["config", "show"],
      ["doctor"], ["send", "workspace.list", "--tenant", tenant],
      ["parked", "dead-letter", parked, "--because", "x"], ["parked", "list"],
      ["parked", "list", "--tenant", tenant], ["parked", "show", parked], ["parked", "release", tenant],
      ["dead-letters", "list"], ["dead-letters", "list", "--limit", "1"],
      ["dead-letters", "list", "--group-by", "reason"], ["dead-letters", "show", letter],
      ["dead-letters", "show", named], ["dead-letters", "replay", "--all", "--dry-run"],
      ["dead-letters", "replay", "--id", named, "--because", "x", "--no-wait"],
      ["dead-letters", "resume", plan, "--no-wait"], ["dead-letters", "plans"],
      ["dead-letters", "discard", "--all", "--because", "x"],
      ["dead-letters", "list", "--state", "all"], ["dead-letters", "restore", "--all"],
      ["dead-letters", "import", "-"],
      ["authorization", "check", "ann", "view", "tenant", tenant, "--tenant", tenant],
      ["authorization", "explain", "ann", "view", "workspace", tenant, "--tenant", tenant],
      ["authorization", "verify"], ["authorization", "repair"], ["authorization", "schema"], ["schema", "--list"],
      ["migrate", "down", "--to", "9"], ["migrate", "down", "--to", "9", "--yes"],
    ]
  }

  /// A parked command and one behind it, a message that isn't a command, and an invalid command.
  private func fill(_ tenant: String, _ root: String) async throws -> WorkerProcess {
    let deployment = try Deployment.current
    _ = try await PoisonedName.set("poison", in: deployment)
    let sender = try await CommandSender.open(on: deployment.host)
    var broken = Command.get(tenant, root)
    broken.body = Array("{".utf8)
    broken.properties.headers = HeaderTable()
    broken.properties.headers?.append("myOwnHeader", "x")
    let invalid = Command("workspace.get", #"{"workspace_id":1}"#, tenant: tenant)
    let first = [.createRoot(tenant, id: root), broken, invalid]
    try await sender.send(first + [.create(tenant, "poison", below: root), .get(tenant, root)])
    let worker = try await deployment.activeWorker(["PARKING_RETRY_DELAYS": "1h,1h,1h"])
    try await Patience.poll(for: "two parked commands") { try await deployment.parked().count == 2 }
    try await Patience.poll(for: "two dead letters") { try await deployment.letters().count == 2 }
    await sender.close()
    return worker
  }

  private func identifier(of arguments: [String]) async throws -> String {
    let program = try Deployment.current.start(arguments + ["--format", "json"])
    #expect(try await program.exit() == .code(0), "\(program.errors)")
    return String(try #require(program.output.firstMatch(of: /"id":"?([0-9A-Z]+)/)?.1))
  }

  private struct Help: Decodable {
    struct Command: Decodable {
      let commandName: String
      let subcommands: [Command]?
      let arguments: [Argument]?

      /// The calls of those below it that take `--format`.
      var withFormat: [[String]] {
        let own = arguments?.contains { $0.valueName == "format" } == true ? [[String]()] : []
        return own + (subcommands ?? []).flatMap { sub in sub.withFormat.map { [sub.commandName] + $0 } }
      }
    }
    struct Argument: Decodable {
      let valueName: String?
    }
    let command: Command
  }

  private func commandsWithFormat() async throws -> [[String]] {
    let help = try await Deployment.current.run("--experimental-dump-help")
    let commands = try JSONDecoder().decode(Help.self, from: Data(help.output.utf8)).command.withFormat
    #expect(commands.contains(["doctor"]) && commands.contains(["dead-letters", "resume"]))
    return commands
  }
}
