import EndToEndSupport
import TestSupport
import Testing

/// PgBouncer in front of the database.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct PooledWorkerTests {
  @Test func `a worker works through a session pooler`() async throws {
    let deployment = try Deployment.current
    try await PgBouncer.with("pool_mode = session") { bouncer in
      let stream = try await ObservedStream.open(deployment, count: 60)
      let worker = try await deployment.activeWorker(["POSTGRES_URL": bouncer.url(of: deployment.database.url)])
      try await stream.send()
      try await stream.expectOneEffectEach(worker)
    }
  }

  @Test func `a worker does not become active behind a pooler that shares server processes, and says so`()
    async throws
  {
    let deployment = try Deployment.current
    try await PgBouncer.with("pool_mode = transaction", "ignore_startup_parameters = options") { bouncer in
      let worker = try deployment.startWorker(["POSTGRES_URL": bouncer.url(of: deployment.database.url)])
      try await worker.misses("pool_mode must be session")
      #expect(try await worker.drain() == .code(0))
    }
  }
}
