import EndToEndSupport
import Foundation
import TestSupport
import Testing

/// A suite in which an operator calls `dead-letters`.
protocol DeadLetterOperator {}

extension DeadLetterOperator {
  func run(
    _ arguments: [String], input: String = "", _ change: (inout [String: String]) -> Void = { _ in }
  ) async throws -> (exit: Program.Exit, output: String, errors: String) {
    var environment = ["USER": "tester"]
    change(&environment)
    let program = try Deployment.current.start(["dead-letters"] + arguments, environment, input: input)
    return (try await program.exit(), program.output, program.errors)
  }

  func decode<Value: Decodable>(_ type: Value.Type, _ arguments: String..., exit: Int32 = 0) async throws
    -> Value
  {
    let result = try await run(arguments + ["--format", "json"])
    #expect(result.exit == .code(exit), "\(result.errors)")
    return try JSONDecoder().decode(type, from: Data(result.output.utf8))
  }

  /// The latest plan.
  func latestPlan() async throws -> ReplayReport {
    try #require(try await decode(PlanList.self, "plans").plans.first)
  }

  func letters(_ state: String = "open") async throws -> [LetterList.Letter] {
    try await decode(LetterList.self, "list", "--state", state, "--limit", "1000").dead_letters
  }

  /// Makes `count` dead letters: commands that create roots, and fail while their name is poisoned.
  func bury(_ count: Int) async throws -> (commands: [Command], poison: PoisonedName) {
    let deployment = try Deployment.current
    let poison = try await PoisonedName.set("poison", in: deployment)
    let sender = try await CommandSender.open(on: deployment.host)
    let commands = (0..<count).map { _ in Command.createRoot(Command.newID(), id: Command.newID(), name: "poison") }
    try await sender.send(commands)
    let worker = try await deployment.activeWorker(["PARKING_RETRY_DELAYS": "none"])
    try await Patience.poll(for: "all commands are dead letters") {
      try await deployment.letters().count == count
    }
    try await deployment.commandsAreDone()
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    return (commands, poison)
  }
}

/// The JSON that `replay`, `resume` and `plans` print for a plan.
struct ReplayReport: Decodable {
  let plan: String
  let end: String?
  let total: Int
  let pending: Int
  let unsure: Int
  let published: Int
  let not_sent: [String: Int]
  let outcomes: [String: Int]
}

/// The JSON that `plans` prints, the latest plan first.
struct PlanList: Decodable {
  let plans: [ReplayReport]
}

/// The JSON that `list` prints.
struct LetterList: Decodable {
  struct Letter: Decodable {
    let id: String
    let reason: String
    let command_id: String?
    let state: String
    let replay_of: String?
    let discarded_because: String?
  }
  let dead_letters: [Letter]
}

/// The JSON that `show` prints for a dead letter.
struct ShownLetter: Decodable {
  struct Replay: Decodable {
    let plan: String
    let `operator`: String
    let reason: String
    let outcome: String?
    let is_edited: Bool
  }
  let replays: [Replay]
}
