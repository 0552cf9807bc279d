import EndToEndSupport
import Messaging
import PostgresClient
import TestSupport
import Testing

/// A primary whose `synchronous_standby_names` names a standby that does not exist: commits wait for ever.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct UnreplicatedPrimaryTests {
  @Test func `no worker is ready, the reason is reported, and no unreplicated result is published`() async throws {
    let deployment = try Deployment.current
    try await PrivateCluster.with { cluster in
      let environment = ["POSTGRES_URL": cluster.url, "POSTGRES_RESPONSE_TIMEOUT": "2s"]
      let migration = try await deployment.run("migrate", "up", environment: environment)
      #expect(migration.exit == .code(0), "\(migration.errors)")
      let results = try await Subscription.to("workspace.results", on: deployment.host)
      let sender = try await CommandSender.open(on: deployment.host)
      let worker = try await deployment.activeWorker(environment)
      try await cluster.set("synchronous_standby_names", "nobody")
      try await sender.send([.createRoot(Command.newID(), id: Command.newID())])
      try await Patience.poll(for: "the worker is not ready, and says why") {
        let health = try await worker.health()
        return health.status == 503 && health.body.contains("SyncRep")
          && health.body.contains("synchronous_standby_names")
      }
      let doctor = try await deployment.run("doctor", environment: environment)
      #expect(doctor.output.contains("no synchronous standby is visible"), "\(doctor.output)")

      // Cancelling the wait leaves the command committed on the primary, and on no standby.
      try await cluster.execute("select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'")
      try await Patience.poll(for: "the commit has ended, and another one waits") {
        try await cluster.count("inbox") == 1
      }
      try await worker.misses("SyncRep")
      #expect(try await results.everything(on: deployment.host).isEmpty)

      try await cluster.set("synchronous_standby_names", "")
      _ = try await results.first(1)
      #expect(try await results.everything(on: deployment.host).count >= 1)
      try await worker.becomesReady()
      #expect(try await worker.drain() == .code(0))
      await sender.close()
      await results.close()
    }
  }

  @Test func `a commit whose wait for standbys is cancelled ends the session, like one whose answer is lost`()
    async throws
  {
    try await PrivateCluster.with { cluster in
      try await cluster.execute("create table t (n int)")
      try await cluster.set("synchronous_standby_names", "nobody")
      let connection = try await cluster.connect()
      let insertion = PostgresRequest("insert", "insert into t values (1)")
      let commit = Task { try await connection.pipeline([insertion]) }
      try await Patience.poll(for: "the commit waits") {
        try await cluster.count("pg_stat_activity where wait_event = 'SyncRep'") == 1
      }
      try await cluster.execute("select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'")
      let result = await commit.result
      guard case .failure(let error) = result, case .connectionLost(let failure)? = error as? PostgresError else {
        Issue.record("\(result)")
        return
      }
      #expect(failure.reason.contains("synchronous replication"))
      #expect(await !connection.isOpen)
      #expect(try await cluster.count("t") == 1)
    }
  }
}

extension PrivateCluster {
  /// The number of rows of `table`, which may include a `where` clause.
  fileprivate func count(_ table: String) async throws -> Int {
    let connection = try await connect { $0.commitsDurably = false }
    let count = try await connection.query("count", "select count(*) from \(raw: table)")[0].count()
    await connection.close()
    return count
  }
}
