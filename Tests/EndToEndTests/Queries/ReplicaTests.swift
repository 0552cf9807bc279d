import EndToEndSupport
import Messaging
import PostgresClient
import TestSupport
import Testing

/// Queries on a standby that lags behind its primary, or no longer follows it.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct ReplicaTests {
  private let tenant = QueriedTenant()

  /// Runs `body` with a migrated primary and a standby of it.
  private func withReplica(
    _ deployment: Deployment, _ body: (_ primary: PrivateCluster, _ standby: PrivateCluster) async throws -> Void
  ) async throws {
    try await PrivateCluster.with { primary in
      let migration = try await deployment.run("migrate", "up", environment: ["POSTGRES_URL": primary.url])
      #expect(migration.exit == .code(0), "\(migration.errors)")
      try await PrivateCluster.with(standbyOf: primary) { standby in try await body(primary, standby) }
    }
  }

  private func rename(_ number: Int, _ client: QueryClient, _ events: Subscription) async throws -> Int {
    try await client.sender.send([.rename(tenant.tenant, tenant.lower, to: "name \(number)")])
    return try #require(try await events.first(number).last?.event?.sequence.flatMap { Int($0) })
  }

  private func get(minimum: Int? = nil) -> Command {
    tenant.command("workspace.get", #"{"workspace_id":"\#(tenant.lower)"}"#, minimum: minimum)
  }

  @Test func `a replica answers what it has; if it lags, a query waits, and then the primary answers`() async throws {
    let deployment = try Deployment.current
    try await withReplica(deployment) { primary, standby in
      let worker = try await deployment.activeWorker([
        "POSTGRES_URL": primary.url, "POSTGRES_READ_URL": standby.url, "QUERIES_WAIT": "5s",
      ])
      let client = try await QueryClient.open(on: deployment.host)
      try await tenant.found(on: deployment, client.sender)
      let events = try await Subscription.to("workspace.events", on: deployment.host)
      let before = try await client.ask(get(minimum: QueriedTenant.eventCount))
      #expect(before?.data.workspace?.name == "lower")

      // That answer may have been the primary's.
      try await standby.catchesUp(with: primary)
      try await standby.execute("select pg_wal_replay_pause()")
      let sequence = try await rename(1, client, events)
      let old = try await client.ask(get())
      #expect(
        old?.data.workspace?.name == "lower" && old?.sequence == "\(QueriedTenant.eventCount)",
        "the replica answers")
      let new = try await client.ask(get(minimum: sequence))
      #expect(new?.data.workspace?.name == "name 1" && new?.sequence == "\(sequence)", "the primary has the event")
      let none = try await client.ask(get(minimum: sequence + 1))
      #expect(none?.data.error?.code == "sequence_not_reached")
      #expect(try await worker.metrics().value("workspace_worker_query_connections", ["side": "primary"]) ?? 0 >= 1)

      // A waiting query is answered by the replica as soon as the replica has caught up.
      async let waiting = client.ask(get(minimum: sequence))
      try await standby.execute("select pg_wal_replay_resume()")
      #expect(try await waiting?.data.workspace?.name == "name 1")
      for number in 2...10 {
        let sequence = try await rename(number, client, events)
        let answer = try await client.ask(get(minimum: sequence))
        #expect(answer?.data.workspace?.name == "name \(number)")
        #expect(answer?.sequence.flatMap { Int($0) } ?? 0 >= sequence, "never older")
      }
      #expect(try await worker.drain() == .code(0))
      await client.close()
      await events.close()
    }
  }

  @Test func `of two hosts the standby answers, and after its death the primary`() async throws {
    let deployment = try Deployment.current
    try await withReplica(deployment) { primary, standby in
      let hosts = "postgres://postgres@\(primary.address),\(standby.address)/postgres?sslmode=disable"
      let worker = try await deployment.activeWorker(["POSTGRES_URL": primary.url, "POSTGRES_READ_URL": hosts])
      let client = try await QueryClient.open(on: deployment.host)
      try await tenant.found(on: deployment, client.sender)
      let events = try await Subscription.to("workspace.events", on: deployment.host)
      _ = try await client.ask(get(minimum: QueriedTenant.eventCount))
      try await standby.catchesUp(with: primary)
      try await standby.execute("select pg_wal_replay_pause()")
      _ = try await rename(1, client, events)
      try await Patience.poll(for: "the lag grows") {
        #expect(try await client.ask(get())?.data.workspace?.name == "lower", "the standby answers")
        return try await worker.metrics().value("workspace_worker_replica_lag_seconds") ?? 0 > 0
      }
      standby.stop()
      // The sessions on the killed standby last for a moment.
      try await Patience.poll(for: "the primary answers, which lags behind nothing") {
        guard try await client.ask(get())?.data.workspace?.name == "name 1" else { return false }
        return try await worker.metrics().value("workspace_worker_replica_lag_seconds") == 0
      }
      #expect(try await worker.health().status == 200)
      #expect(try await worker.drain() == .code(0))
      await client.close()
      await events.close()
    }
  }

  /// The first connection takes the queries at once, and waits for an answer that does not come.
  @Test func `queries that a server has taken before it fell silent are answered by the primary, in time`() async throws
  {
    let deployment = try Deployment.current
    let servers = try ProxiedServers(deployment)
    let worker = try await deployment.activeWorker([
      "POSTGRES_READ_URL": servers.addresses["POSTGRES_URL"] ?? "", "POSTGRES_RESPONSE_TIMEOUT": "25s",
      "QUERIES_TIMEOUT": "20s",
    ])
    let client = try await QueryClient.open(on: deployment.host)
    try await tenant.found(on: deployment, client.sender)
    #expect(try await client.ask(get())?.data.workspace?.name == "lower")
    servers.database.freeze()
    let answers = try await client.ask([get(), get(), get()])
    #expect(answers.map(\.data.workspace?.name) == ["lower", "lower", "lower"])
    #expect(try await worker.metrics().value("workspace_worker_query_connections", ["side": "primary"]) ?? 0 >= 1)
    servers.database.thaw()
    #expect(try await worker.drain() == .code(0))
    await client.close()
  }

  @Test func `a standby that has lost its primary still answers, and says how old its answers are`() async throws {
    let deployment = try Deployment.current
    try await withReplica(deployment) { primary, standby in
      let worker = try await deployment.activeWorker([
        "POSTGRES_URL": primary.url, "POSTGRES_READ_URL": standby.url,
      ])
      let client = try await QueryClient.open(on: deployment.host)
      try await tenant.found(on: deployment, client.sender)
      _ = try await client.ask(get(minimum: QueriedTenant.eventCount))
      try await standby.catchesUp(with: primary)
      primary.stop()
      try await Patience.poll(for: "the lag grows") {
        #expect(try await client.ask(get())?.data.workspace?.name == "lower")
        return try await worker.metrics().value("workspace_worker_replica_lag_seconds") ?? 0 > 1
      }
      await client.close()
    }
  }

  @Test
  func `a standby promoted by mistake keeps answering, but what it has not reached is asked where commands commit`()
    async throws
  {
    let deployment = try Deployment.current
    try await withReplica(deployment) { primary, standby in
      // What the standby will never reach need not be waited for.
      let worker = try await deployment.activeWorker([
        "POSTGRES_URL": primary.url, "POSTGRES_READ_URL": standby.url, "QUERIES_WAIT": "1ms",
      ])
      let client = try await QueryClient.open(on: deployment.host)
      try await tenant.found(on: deployment, client.sender)
      try await standby.catchesUp(with: primary)
      #expect(try await client.ask(get())?.data.workspace?.name == "lower")
      let events = try await Subscription.to("workspace.events", on: deployment.host)
      try await standby.promote()
      #expect(try await client.ask(get())?.data.workspace?.name == "lower")
      let none = try await client.ask(get(minimum: QueriedTenant.eventCount + 1))
      #expect(none?.data.error?.code == "sequence_not_reached")
      let sequence = try await rename(1, client, events)
      #expect(try await client.ask(get(minimum: sequence))?.data.workspace?.name == "name 1")
      #expect(try await worker.drain() == .code(0))
      await client.close()
      await events.close()
    }
  }
}
