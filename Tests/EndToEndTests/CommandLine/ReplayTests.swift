import EndToEndSupport
import Foundation
import Glibc
import Messaging
import PostgresClient
import TestSupport
import Testing

/// Dead letters are sent again, each once, and the operator learns their outcomes.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct ReplayTests: DeadLetterOperator {
  @Test func `letters are sent again with their ids, take effect, and are marked as replayed`() async throws {
    let deployment = try Deployment.current
    let (commands, poison) = try await bury(12)
    try await poison.lift()
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let worker = try await deployment.activeWorker()
    let report = try await decode(
      ReplayReport.self, "replay", "--reason", "unexpected_failure", "--because", "mended", "--canary", "2", "--rate",
      "500")
    #expect(report.end == "done")
    #expect(report.total == 12 && report.published == 12 && report.pending == 0 && report.unsure == 0)
    #expect(report.outcomes == ["succeeded": 12])
    let answers = try await results.first(12)
    #expect(answers.compactMap { $0.event?.commandid } == commands.map(\.id), "in the order of recording")
    #expect(answers.allSatisfy { $0.event?.type == "workspace.create_root.succeeded" })
    #expect(try await letters().isEmpty)
    let replayed = try await letters("replayed")
    #expect(replayed.count == 12)
    let shown = try await decode(ShownLetter.self, "show", replayed[0].id)
    #expect(shown.replays.map(\.outcome) == ["succeeded"])
    #expect(
      shown.replays[0].operator == "tester" && shown.replays[0].reason == "mended"
        && shown.replays[0].plan == report.plan)
    #expect(try await run(["replay", "--all", "--because", "once more"]).exit == .code(2), "no letter is left")
    let again = try await decode(ReplayReport.self, "replay", "--all", "--because", "once more", "--again")
    #expect(again.outcomes == ["already_applied": 12])
    #expect(try await deployment.records().workspaces.rows == 12)
    #expect(try await worker.drain() == .code(0))
    try await deployment.commandsAreDone()
    await results.close()
  }

  @Test func `a failing canary stops the plan, and its new letter is linked to the original`() async throws {
    let deployment = try Deployment.current
    let (_, poison) = try await bury(12)
    let worker = try await deployment.activeWorker(["PARKING_RETRY_DELAYS": "none"])
    let report = try await decode(
      ReplayReport.self, "replay", "--all", "--because", "too early", "--canary", "2", exit: 2)
    #expect(report.end == "failures")
    #expect(report.published == 2 && report.pending == 10)
    #expect(report.outcomes == ["dead_lettered:unexpected_failure": 2])
    let open = try await letters()
    #expect(open.count == 2, "only the two new letters: the others are in the plan")
    #expect(open.allSatisfy { $0.replay_of != nil })
    try await poison.lift()
    let resumed = try await decode(ReplayReport.self, "resume", report.plan, exit: 2)
    #expect(resumed.outcomes == ["dead_lettered:unexpected_failure": 2, "succeeded": 10])
    #expect(try await deployment.records().workspaces.rows == 10)
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `too many failures stop a plan`() async throws {
    let deployment = try Deployment.current
    _ = try await bury(100)
    let worker = try await deployment.activeWorker(["PARKING_RETRY_DELAYS": "none"])
    // All would take 25 s: enough for ten outcomes to be known before the last one is sent.
    let report = try await decode(
      ReplayReport.self, "replay", "--all", "--because", "x", "--rate", "4", "--max-failure-ratio", "0.5", exit: 2)
    #expect(report.end == "failures")
    #expect(report.pending > 0)
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `a dry run predicts the outcome of each letter, and sends nothing`() async throws {
    let deployment = try Deployment.current
    let (commands, poison) = try await bury(2)
    try await poison.lift()
    let other = Command.createRoot(Command.newID(), id: Command.newID())
    let sender = try await CommandSender.open(on: deployment.host)
    var invalid = other
    invalid.body = Array("{".utf8)
    try await sender.send([invalid])
    let worker = try await deployment.activeWorker()
    // One is executed meanwhile, under its own id.
    let letter = try #require(try await letters().first { $0.command_id == commands[0].id })
    #expect(try await run(["replay", "--id", letter.id, "--because", "first"]).exit == .code(0))
    try await Patience.poll(for: "the invalid one is recorded") { try await deployment.letters().count == 3 }
    #expect(try await worker.drain() == .code(0))
    struct Prediction: Decodable {
      let total: Int
      let totals: [String: Int]
    }
    let prediction = try await decode(Prediction.self, "replay", "--all", "--again", "--dry-run")
    #expect(prediction.totals == ["would_apply": 1, "already_applied": 1, "still_invalid": 1])
    #expect(try await deployment.host.depth(of: "workspace.commands") == 0)
    #expect(try await letters().count == 2)
    await sender.close()
  }

  @Test func `a corrected command gets a new id, and each letter and command refers to the other`() async throws {
    let deployment = try Deployment.current
    let (commands, _) = try await bury(1)
    let id = try await letters()[0].id
    let worker = try await deployment.activeWorker()
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let text = String(decoding: commands[0].body, as: UTF8.self).replacing("poison", with: "remedy")
    let file = deployment.folder.appending(path: "corrected.json")
    try Data(text.utf8).write(to: file)
    let arguments = ["replay", "--id", id, "--because", "a typo", "--body-file", file.path]
    #expect(try await run(arguments).exit == .code(64), "the body has the letter's id")
    try Data(text.dropLast().utf8).write(to: file)
    #expect(try await run(arguments).exit == .code(64), "the body is not valid JSON")
    let newID = Command.newID()
    try Data(text.replacing(commands[0].id, with: newID).utf8).write(to: file)
    #expect(try await run(arguments).exit == .code(0))
    let result = try await results.first(1)[0]
    #expect(result.event?.commandid == newID && result.event?.data.workspace?.name == "remedy")
    let shown = try await decode(ShownLetter.self, "show", id)
    #expect(shown.replays.map(\.is_edited) == [true] && shown.replays.map(\.outcome) == ["succeeded"])
    #expect(try await worker.drain() == .code(0))
    await results.close()
  }

  @Test func `exports can be imported, byte for byte, any number of times`() async throws {
    let deployment = try Deployment.current
    let strange = AMQPMessage(
      exchange: "workspace.commands", routingKey: "workspace.get",
      properties: {
        var properties = MessageProperties()
        properties.headers = HeaderTable(entries: [1, 0x76, 0x56, 2, 0xFF, 0xFE, 0x74, 1])
        properties.expiration = "600000"
        return properties
      }(), body: [0, 0xFF, 0x0A])
    try await deployment.host.withPublisher { try await $0.publish([strange, strange]) }
    let worker = try await deployment.activeWorker()
    try await Patience.poll(for: "both letters are recorded") { try await deployment.letters().count == 2 }
    #expect(try await worker.drain() == .code(0))
    let before = try await deployment.ledger()
    let file = try await run(["export", "--all"])
    #expect(file.output.split(separator: "\n").count == 2)
    for input in [file.output, try Self.asBefore(file.output)] {
      try await deployment.database.withConnection { try await $0.execute(script: "delete from dead_letters") }
      for added in [2, 0] {
        let result = try await run(["import", "-", "--format", "json"], input: input)
        #expect(result.exit == .code(0), "\(result.errors)")
        #expect(result.output.contains("\"added\":\(added)"))
      }
      let after = try await deployment.ledger()
      #expect(after.map(\.message) == before.map(\.message) && after.map(\.reason) == before.map(\.reason))
      #expect(try await run(["export", "--all"]).output == file.output)
    }
    try await deployment.database.withConnection { try await $0.execute(script: "delete from dead_letters") }
    let wrong = try await run(["import", "-"], input: file.output + "{}\n" + file.output)
    #expect(wrong.exit == .code(64) && wrong.errors.contains("line 3"))
    #expect(wrong.errors.contains("2 of the 2 letters before it were added"))
    #expect(try await deployment.letters().count == 2)
  }

  /// An export as it was when the members had names in camelCase.
  private static func asBefore(_ lines: String) throws -> String {
    let names = ["recordedAt", "firstFailedAt", "routingKey"]
    let earlier = names.reduce(lines) { lines, name in
      let now = name.replacing(/[A-Z]/) { "_\($0.output.lowercased())" }
      return lines.replacing("\"\(now)\":", with: "\"\(name)\":")
    }
    #expect(names.allSatisfy { earlier.contains($0) } && !earlier.contains("_at\":"))
    return earlier
  }

  @Test func `letters that can't be sent are skipped and noted, and those behind them are sent`() async throws {
    let deployment = try Deployment.current
    let (_, poison) = try await bury(6)
    try await poison.lift()
    let all = try await letters().map(\.id).sorted()
    var properties = MessageProperties()
    properties.headers = {
      var headers = HeaderTable()
      headers.append("large", String(repeating: "x", count: 131_000))
      return headers
    }()
    let hex = PropertyList(properties).bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    try await deployment.database.withConnection { connection in
      try await connection.execute(
        script: """
          update dead_letters set exchange = 'corp', routing_key = 'iam.create' where id in ('\(all[0])', '\(all[1])');
          update dead_letters set body = '{' where id = '\(all[0])';
          update dead_letters set properties = '\\x\(hex)' where id = '\(all[2])'
          """)
    }
    let worker = try await deployment.activeWorker()
    let report = try await decode(ReplayReport.self, "replay", "--all", "--because", "mended", exit: 2)
    #expect(
      report.end == "not_sent" && report.total == 6 && report.published == 4 && report.unsure == 0
        && report.pending == 0)
    #expect(report.not_sent == ["unroutable": 1, "unpublishable": 1])
    #expect(report.outcomes == ["succeeded": 4], "a letter from another queue is sent as a command")
    let resumed = try await decode(ReplayReport.self, "resume", report.plan, "--unsure", "publish", exit: 2)
    #expect(resumed.published == 4 && resumed.unsure == 0)
    #expect(try await decode(ShownLetter.self, "show", all[0]).replays.map(\.outcome) == ["not_sent:unroutable"])
    #expect(try await decode(ShownLetter.self, "show", all[2]).replays.map(\.outcome) == ["not_sent:unpublishable"])
    #expect(try await letters().map(\.id).sorted() == [all[0], all[2]], "these were never sent")
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `without the exchange no letter is sent`() async throws {
    let (_, poison) = try await bury(2)
    try await poison.lift()
    let result = try await run(["replay", "--all", "--because", "x"]) { $0["AMQP_NAMES_COMMANDS_EXCHANGE"] = "nowhere" }
    #expect(result.exit == .code(1) && result.errors.contains("exchange nowhere"), "\(result.errors)")
    let plans = try await run(["plans", "--format", "json"])
    #expect(plans.output.contains(#""pending":2"#) && plans.output.contains(#""unsure":0"#), "\(plans.output)")
  }

  @Test
  func `letters discarded after planning are not sent, and unsent letters of a plan join no other plan`() async throws {
    let deployment = try Deployment.current
    let (_, poison) = try await bury(4)
    try await poison.lift()
    let all = try await letters().map(\.id).sorted()
    // Nobody executes the canary.
    let stopped = try await decode(
      ReplayReport.self, "replay", "--all", "--because", "x", "--canary", "1", "--timeout", "1", exit: 2)
    #expect(stopped.end == "no_outcome" && stopped.pending == 3)
    #expect(try await run(["discard", "--id", all[2], "--because", "never send this"]).exit == .code(0))
    let again = try await decode(ReplayReport.self, "replay", "--all", "--again", "--because", "y", "--no-wait")
    #expect(again.total == 1, "only the canary")
    let worker = try await deployment.activeWorker()
    let resumed = try await decode(ReplayReport.self, "resume", stopped.plan)
    #expect(resumed.end == "done" && resumed.not_sent == ["discarded": 1] && resumed.outcomes.values.reduce(0, +) == 3)
    #expect(try await deployment.records().workspaces.rows == 3)
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `letters of other queues are left alone, unless all are requested`() async throws {
    let deployment = try Deployment.current
    let (_, poison) = try await bury(3)
    try await poison.lift()
    let foreign = try await letters()[0].id
    try await deployment.database.withConnection {
      try await $0.execute(script: "update dead_letters set queue = 'elsewhere/commands' where id = '\(foreign)'")
    }
    #expect(try await letters().count == 2)
    #expect(try await decode(LetterList.self, "list", "--all-queues").dead_letters.count == 3)
    #expect(try await run(["export", "--all"]).output.split(separator: "\n").count == 2)
    #expect(try await run(["export", "--all", "--all-queues"]).output.split(separator: "\n").count == 3)
    let missed = try await run(["replay", "--id", foreign, "--because", "x", "--no-wait"])
    #expect(missed.exit == .code(2) && missed.errors.contains("--all-queues"), "\(missed.errors)")
    #expect(try await decode(ReplayReport.self, "replay", "--all", "--because", "x", "--no-wait").total == 2)
    #expect(try await run(["discard", "--all", "--because", "x"]).exit == .code(0))
    #expect(try await decode(LetterList.self, "list", "--all-queues", "--state", "discarded").dead_letters.count == 2)
    #expect(try await decode(LetterList.self, "list", "--all-queues").dead_letters.map(\.id) == [foreign])
  }

  @Test func `letters of queries are not sent as commands, not even with those of all queues`() async throws {
    let deployment = try Deployment.current
    let sender = try await CommandSender.open(on: deployment.host)
    let query = Command("workspace.delete", #"{"workspace_id":"\#(Command.newID())"}"#, tenant: Command.newID())
    let worker = try await deployment.activeWorker()
    try await sender.send([query.replying(to: "nowhere").message(to: "workspace.queries")])
    try await Patience.poll(for: "the letter") { try await deployment.letters().count == 1 }
    #expect(try await letters().count == 1)
    for scope in [[], ["--all-queues"]] {
      let replay = try await run(["replay", "--all", "--because", "x", "--no-wait"] + scope)
      #expect(replay.exit == .code(2), "\(replay.output) \(replay.errors)")
    }
    #expect(try await run(["discard", "--all", "--because", "x"]).exit == .code(0))
    #expect(try await worker.drain() == .code(0))
    await sender.close()
  }

  @Test func `text search ignores case on request`() async throws {
    _ = try await bury(1)
    #expect(try await decode(LetterList.self, "list", "--text", "POISON").dead_letters.isEmpty)
    #expect(try await decode(LetterList.self, "list", "--text", "POISON", "--ignore-case").dead_letters.count == 1)
    #expect(try await run(["list", "--ignore-case"]).exit == .code(64))
  }

  @Test(arguments: [
    ["replay", "--because", "x"], ["replay", "--all"], ["replay", "--all", "--because", "x", "--rate", "0"],
    ["replay", "--all", "--because", "x", "--edit"], ["discard", "--because", "x"], ["discard", "--all"], ["restore"],
    ["export"], ["list", "--state", "x"], ["resume", "x"], ["plans", "--limit", "0"],
  ])
  func `meaningless calls are refused`(arguments: [String]) async throws {
    #expect(try await run(arguments).exit == .code(64))
  }
}
