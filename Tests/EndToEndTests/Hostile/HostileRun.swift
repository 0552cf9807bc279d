import EndToEndSupport
import Messaging
import TestSupport
import Testing

/// Hostile messages with good commands between them, sent to a worker.
struct HostileRun: Sendable {
  let deployment: Deployment
  let worker: WorkerProcess
  let sender: CommandSender
  let results: Subscription
  let announcements: Subscription
  /// The good commands, which all succeed.
  let good: CommandStream

  static func start(_ hostile: [HostileMessage]) async throws -> HostileRun {
    let deployment = try Deployment.current
    let good = CommandStream(tenants: 2, count: hostile.count + 4)
    let run = HostileRun(
      deployment: deployment, worker: try await deployment.activeWorker(),
      sender: try await CommandSender.open(on: deployment.host),
      results: try await Subscription.to("workspace.results", on: deployment.host),
      announcements: try await Subscription.to("workspace.dead-letters", on: deployment.host), good: good)
    let messages = good.commands.enumerated().flatMap { index, command in
      index < hostile.count ? [hostile[index].command, command] : [command]
    }
    try await run.sender.send(messages)
    _ = try await run.results.collect("results of all valid commands") { messages in
      messages.count { $0.event?.type.hasSuffix(".succeeded") == true } >= good.commands.count
    }
    return run
  }

  /// The results that say that a command failed.
  func failures() async throws -> [Subscription.Message] {
    try await results.everything(on: deployment.host).filter { $0.event?.type.hasSuffix(".failed") == true }
  }

  /// The content of the ledger, once this many letters are announced.
  func ledger(_ count: Int) async throws -> [Deployment.RecordedMessage] {
    _ = try await announcements.first(count)
    return try await deployment.ledger()
  }

  /// The good commands succeeded in order; nothing is left in any queue; each letter is in the ledger, and announced,
  /// once; the worker never stopped.
  func finish(deadLetters count: Int) async throws {
    try await deployment.outboxIsEmpty()
    #expect(try await worker.drain() == .code(0))
    #expect(!worker.program.errors.contains("is not connected"), "the worker has lost a connection")
    let all = try await results.everything(on: deployment.host)
    good.expectResults(all.filter { $0.event?.type.hasSuffix(".succeeded") == true })
    try await deployment.commandsAreDone()
    #expect(try await deployment.host.depth(of: "workspace.commands.dead") == 0)
    #expect(try await deployment.letters().count == count)
    let announced = try await announcements.everything(on: deployment.host)
    #expect(announced.count == count)
    for announcement in announced { try Expectations.announcement(announcement) }
    await sender.close()
    await results.close()
    await announcements.close()
  }
}
