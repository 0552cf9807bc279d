import EndToEndSupport
import TestSupport
import Testing

/// A connection string that names the standby before the primary, as after a failover: everything goes to the server
/// that accepts writes.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct StandbyTests {
  @Test func `the command line, the worker and its release of the lease find the primary behind the standby`()
    async throws
  {
    let deployment = try Deployment.current
    try await PrivateCluster.with { primary in
      try await PrivateCluster.with(standbyOf: primary) { standby in
        let url = primary.url.replacing("127.0.0.1:", with: "127.0.0.1:\(standby.port),127.0.0.1:")
        let environment = ["POSTGRES_URL": url]
        let migration = try await deployment.run("migrate", "up", environment: environment)
        #expect(migration.exit == .code(0), "\(migration.errors)")
        let worker = try await deployment.activeWorker(environment)
        try await worker.becomesReady()
        let tenant = Command.newID()
        let root = try await deployment.run(
          "send", "workspace.create_root", "--tenant", tenant, "--wait", environment: environment)
        #expect(root.exit == .code(0), "\(root.errors)")
        let invalid = try await deployment.run(
          "send", "workspace.create", "--tenant", tenant, "--wait", "--unchecked", environment: environment)
        #expect(invalid.exit == .code(1) && invalid.output.contains("invalid_data"), "\(invalid.errors)")
        // Operator commands write, too.
        let discarded = try await deployment.run(
          "dead-letters", "discard", "--all", "--because", "never", environment: environment)
        #expect(discarded.exit == .code(0), "\(discarded.errors)")
        let released = try await deployment.run("parked", "release", "--all", environment: environment)
        #expect(released.exit == .code(2), "nothing is parked: \(released.errors)")
        let doctor = try await deployment.run("doctor", environment: environment)
        #expect(doctor.output.contains("the server accepts writes"), "\(doctor.output)")
        #expect(try await worker.drain() == .code(0))
        let down = try await deployment.run("migrate", "down", "--to", "0", "--yes", environment: environment)
        #expect(down.exit == .code(0), "\(down.errors)")
        for program in [migration, discarded, down] { #expect(!program.errors.contains("25006")) }
        #expect(!worker.program.errors.contains("is not connected"), "\(worker.program.errors)")
      }
    }
  }

  @Test func `a former primary that comes back is refused by a worker that has seen its successor`() async throws {
    let deployment = try Deployment.current
    try await ReplicatedCluster.with { cluster in
      let environment = ["POSTGRES_URL": cluster.url]
      #expect(try await deployment.run("migrate", "up", environment: environment).exit == .code(0))
      let worker = try await deployment.activeWorker(environment)
      try await cluster.standbyFollows()
      cluster.primary.stop()
      try await cluster.standby.promote()
      try await worker.becomesReady()
      try await cluster.primary.restart()
      // The former primary is the first host of the two.
      try await cluster.standby.execute(
        """
        select pg_terminate_backend(pid) from pg_stat_activity
        where pid <> pg_backend_pid() and backend_type = 'client backend'
        """)
      try await worker.misses("the server is on timeline 1, but this worker has seen timeline 2")
      cluster.primary.stop()
      try await worker.becomesReady()
      #expect(try await worker.drain() == .code(0))
    }
  }

  @Test func `a standby alone is reported as a standby`() async throws {
    let deployment = try Deployment.current
    try await PrivateCluster.with { primary in
      try await PrivateCluster.with(standbyOf: primary) { standby in
        let environment = ["POSTGRES_URL": standby.url]
        let migration = try await deployment.run("migrate", "up", environment: environment)
        #expect(migration.exit == .code(69) && migration.errors.contains("read-only"), "\(migration.errors)")
        let doctor = try await deployment.run("doctor", environment: environment)
        #expect(doctor.exit == .code(1) && doctor.output.contains("problem  database.writable"), "\(doctor.output)")
      }
    }
  }
}
