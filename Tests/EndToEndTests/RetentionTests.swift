import EndToEndSupport
import Messaging
import PostgresClient
import TestSupport
import Testing

/// What happens to the answers to commands over time.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct RetentionTests {
  @Test func `a command whose retention has expired is executed again, and a younger one gets its answer again`()
    async throws
  {
    let deployment = try Deployment.current
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let (tenant, root) = (Command.newID(), Command.newID())
    let (old, young) = (Command.createRoot(tenant, id: root), Command.rename(tenant, root, to: "trunk"))
    let settings = ["INBOX_RETENTION": "2d", "INBOX_REPLAY_WINDOW": "1d"]
    let before = try await deployment.activeWorker(settings)
    try await sender.send([old, young])
    let first = try await results.first(2)
    #expect(try await before.drain() == .code(0))
    try await deployment.age(old, by: "49 hours")
    try await deployment.age(young, by: "47 hours")

    let worker = try await deployment.activeWorker(settings)
    try await worker.program.says("expired entries were removed")
    #expect(try await deployment.records().inbox.rows == 1)
    try await sender.send([old, young])
    let all = try await results.first(4)
    #expect(all[2].code == "duplicate_workspace_id")
    #expect(all[3].body == first[1].body)
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }
}

extension Deployment {
  /// Backdates a command's processing.
  fileprivate func age(_ command: Command, by interval: String) async throws {
    try await database.withConnection {
      try await $0.execute(
        script: "update inbox set recorded_at = recorded_at - interval '\(interval)' where id = '\(command.id)'")
    }
  }
}
