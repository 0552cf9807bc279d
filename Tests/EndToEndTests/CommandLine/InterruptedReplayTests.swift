import EndToEndSupport
import Foundation
import Glibc
import Messaging
import TestSupport
import Testing

/// Replays that are stopped, killed, resumed, or run by several operators at once: each letter is still sent once.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct InterruptedReplayTests: DeadLetterOperator {
  @Test func `a resumed plan is judged by its results since then`() async throws {
    let deployment = try Deployment.current
    let (_, poison) = try await bury(100)
    let worker = try await deployment.activeWorker(["PARKING_RETRY_DELAYS": "none"])
    // All would take 25 s: enough for ten outcomes to be known before the last one is sent.
    let report = try await decode(
      ReplayReport.self, "replay", "--all", "--because", "x", "--rate", "4", "--max-failure-ratio", "0.1", exit: 2)
    #expect(report.end == "failures" && report.pending > 0)
    // A failure that becomes known later would count as one of the resumed run.
    try await Patience.poll(for: "the outcome of everything that was sent is known") {
      let plan = try await latestPlan()
      return plan.outcomes.values.reduce(0, +) == plan.published
    }
    try await poison.lift()
    let resumed = try await decode(
      ReplayReport.self, "resume", report.plan, "--rate", "20", "--max-failure-ratio", "0.1", exit: 2)
    #expect(resumed.pending == 0, "earlier failures do not stop a resumed plan")
    #expect(
      resumed.outcomes == ["dead_lettered:unexpected_failure": 100 - report.pending, "succeeded": report.pending])
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `neither later letters nor discarded ones are replayed; both can be sent later`() async throws {
    let deployment = try Deployment.current
    let (commands, poison) = try await bury(3)
    let all = try await letters()
    #expect(try await run(["discard", "--id", all[0].id, "--because", "obsolete"]).exit == .code(0))
    #expect(try await letters("discarded").map(\.discarded_because) == ["obsolete"])
    #expect(try await letters().count == 2)
    try await poison.lift()
    let report = try await decode(ReplayReport.self, "replay", "--all", "--because", "x", "--no-wait")
    #expect(report.end == "sent" && report.total == 2)
    #expect(try await deployment.host.depth(of: "workspace.commands") == 2)
    #expect(try await run(["restore", "--id", all[0].id]).exit == .code(0))
    #expect(try await run(["restore", "--id", all[0].id]).exit == .code(2))
    #expect(try await letters().map(\.id) == [all[0].id])
    let worker = try await deployment.activeWorker()
    #expect(try await decode(ReplayReport.self, "replay", "--all", "--because", "x").outcomes == ["succeeded": 1])
    try await Patience.poll(for: "all commands take effect") {
      try await deployment.records().workspaces.rows == Int64(commands.count)
    }
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `two operators who replay the same letters at once send each of them once`() async throws {
    let deployment = try Deployment.current
    let (commands, poison) = try await bury(60)
    try await poison.lift()
    let programs = try (0..<3).map { number in
      try deployment.start([
        "dead-letters", "replay", "--all", "--by", "operator \(number)", "--because", "x", "--no-wait",
      ])
    }
    for program in programs { _ = try await program.exit() }
    #expect(try await deployment.host.depth(of: "workspace.commands") == commands.count)
    let worker = try await deployment.activeWorker()
    try await Patience.poll(for: "all commands take effect") {
      try await deployment.records().workspaces.rows == Int64(commands.count)
    }
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `a killed replay sends no id twice when it is resumed, and reports the uncertain ones`() async throws {
    let deployment = try Deployment.current
    let (commands, poison) = try await bury(200)
    try await poison.lift()
    // All would take 20 s: enough to kill it in between.
    let program = try deployment.start([
      "dead-letters", "replay", "--all", "--because", "x", "--rate", "10", "--no-wait",
    ])
    try await Patience.poll(for: "some letters are sent") {
      (try await deployment.host.depth(of: "workspace.commands") ?? 0) >= 10
    }
    try await program.crash()
    let cut = try await latestPlan()
    #expect(cut.pending > 0 && cut.total == 200)
    let resumed = try await run(["resume", cut.plan, "--no-wait"])
    #expect(resumed.exit == .code(cut.unsure > 0 ? 2 : 0))
    let sent = try #require(try await deployment.host.depth(of: "workspace.commands"))
    #expect((200 - cut.unsure...200).contains(sent))
    let bodies = try await deployment.host.withConsumer(of: "workspace.commands") {
      try await $0.collect(sent).map(\.body)
    }
    #expect(Set(bodies).count == sent, "no id was sent twice")
    #expect(try await run(["resume", cut.plan, "--unsure", "publish", "--no-wait"]).exit == .code(0))
    let worker = try await deployment.activeWorker()
    try await Patience.poll(for: "all commands take effect") {
      try await deployment.records().workspaces.rows == Int64(commands.count)
    }
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `a signal stops a replay cleanly`() async throws {
    let deployment = try Deployment.current
    _ = try await bury(100)
    // All would take 50 s: enough to stop it in between.
    let program = try deployment.start([
      "dead-letters", "replay", "--all", "--because", "x", "--rate", "2", "--format", "json",
    ])
    try await Patience.poll(for: "some letters are sent") {
      (try await deployment.host.depth(of: "workspace.commands") ?? 0) >= 4
    }
    program.signal(SIGINT)
    #expect(try await program.exit() == .code(2))
    let report = try JSONDecoder().decode(ReplayReport.self, from: Data(program.output.utf8))
    #expect(report.end == "stopped" && report.unsure == 0 && report.pending > 0)
    #expect(try await deployment.host.depth(of: "workspace.commands") == report.published)
  }
}
