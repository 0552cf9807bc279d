import EndToEndSupport
import Messaging
import PostgresClient
import TestSupport
import Testing

/// What the inbox has forgotten is not executed a second time by a replay, unless an operator says so.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct ReplayAgeTests {
  private static let settings = ["INBOX_RETENTION": "2d", "INBOX_REPLAY_WINDOW": "2d"]

  @Test func `the age of a letter counts from the first execution of its command`() async throws {
    let deployment = try Deployment.current
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let command = Command.createRoot(Command.newID(), id: Command.newID())
    let worker = try await deployment.activeWorker(Self.settings)
    try await sender.send([command])
    _ = try await results.first(1)
    // A late copy, which the broker has dead-lettered.
    var late = command.message(to: "")
    late = AMQPMessage(
      exchange: "", routingKey: "workspace.commands.dead", propertyList: late.propertyList, body: late.body)
    try await sender.send([late])
    try await Patience.poll(for: "the copy is a dead letter") { try await deployment.letters().count == 1 }
    #expect(try await deployment.letters().map(\.commandID) == [command.id])
    // Two days later: the letter itself is young.
    try await deployment.forget(command)

    let left = try await deployment.run("dead-letters", "replay", "--all", "--dry-run", environment: Self.settings)
    #expect(
      left.errors.contains("1 letters are older than inbox.replay_window (2d)") && left.errors.contains("left out"))
    #expect(left.exit == .code(2) && left.output.contains("no matching letter"))
    let refused = try await deployment.run(
      "dead-letters", "replay", "--all", "--because", "test", environment: Self.settings)
    #expect(refused.exit == .code(2) && refused.errors.contains("--beyond-window"))
    let again = try await deployment.run(
      "dead-letters", "replay", "--all", "--because", "test", "--again", environment: Self.settings)
    #expect(again.exit == .code(2), "--again does not imply --beyond-window")

    let warned = try await deployment.run(
      "dead-letters", "replay", "--all", "--dry-run", "--beyond-window", environment: Self.settings)
    #expect(warned.errors.contains("executed a second time") && warned.output.contains("would_apply"))
    let forced = try await deployment.run(
      "dead-letters", "replay", "--all", "--because", "test", "--beyond-window", environment: Self.settings)
    #expect(forced.exit == .code(0), "\(forced.errors)")
    #expect(try await results.first(2)[1].code == "duplicate_workspace_name", "executed a second time")
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }
}

extension Deployment {
  /// The state two days after a command was executed: its letter says when that was, the inbox has forgotten it.
  fileprivate func forget(_ command: Command) async throws {
    try await database.withConnection {
      try await $0.execute(
        script: """
          update dead_letters set answered_at = answered_at - interval '49 hours' where answered_at = (
            select recorded_at from inbox where id = '\(command.id)');
          delete from inbox where id = '\(command.id)';
          """)
    }
  }
}
