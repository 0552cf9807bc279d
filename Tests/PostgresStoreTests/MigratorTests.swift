import Messaging
import Migrations
import PostgresClient
import PostgresStore
import TestSupport
import Testing
import UnitOfWork

/// Each test has a schema of its own, selected by the search path. Serialized, because the migration lock is per
/// database.
@Suite(.serialized, .requiresPostgres, .emptyDatabase) struct MigratorTests: SchemaTests {
  /// For a session that waits for a lock of its test, however busy the machine is.
  private static let longWait = "set lock_timeout = '120s'"

  @Test func `up applies all, down reverts all, up again`() async throws {
    try await withSchema { connection async throws in
      let migrator = Migrator(connection: connection, logger: .silent)
      #expect(try await migrator.up() == Migrations.all)
      #expect(try await migrator.up() == [])
      #expect(try await migrator.down(to: 0) == Migrations.all.reversed())
      #expect(try await migrator.down(to: 0) == [])
      #expect(try await migrator.up() == Migrations.all)
    }
  }

  @Test func `a database migrated with an earlier text of the same effect is up to date`() async throws {
    try await withSchema { connection in
      let migrator = Migrator(connection: connection, logger: .silent)
      _ = try await migrator.up()
      let changed = Migrations.all.filter { !$0.formerChecksums.isEmpty }
      #expect(!changed.isEmpty)
      for migration in changed {
        let former = migration.formerChecksums[0]
        try await connection.execute(
          script:
            "update schema_migrations set checksum = decode('\(former)', 'hex') where version = \(migration.version)")
      }
      #expect(try await migrator.up() == [])
      #expect(try await migrator.down(to: 0) == Migrations.all.reversed())
    }
  }

  @Test func `down without a target reverts only the last`() async throws {
    try await withSchema { connection in
      let migrator = Migrator(connection: connection, logger: .silent)
      _ = try await migrator.up()
      let last = Migrations.all.count
      #expect(try await migrator.down().map(\.version) == [last])
      #expect(try await migrator.down().map(\.version) == [last - 1])
      #expect(try await migrator.status().filter { $0.state == .pending }.map(\.version) == [last - 1, last])
    }
  }

  @Test func `down to a version keeps those up to it`() async throws {
    try await withSchema { connection in
      let migrator = Migrator(connection: connection, logger: .silent)
      _ = try await migrator.up()
      #expect(try await migrator.down(to: 1).map(\.version) == (2...Migrations.all.count).reversed())
      #expect(try await migrator.down(to: 1) == [])
      await #expect(throws: MigrationError.nothingAbove(version: 3, lastApplied: 1)) { try await migrator.down(to: 3) }
    }
  }

  @Test func `a migration that refuses to destroy something says so, and nothing is changed`() async throws {
    try await withSchema { connection in
      let migrator = Migrator(connection: connection, logger: .silent)
      _ = try await migrator.up()
      try await connection.execute(
        script: """
          insert into parked_commands (queue, tenant_id, parked_at, process, failures, command_type, command_source,
            command_id, fingerprint, exchange, routing_key, properties, body)
          values ('/commands', 't', now(), 'p', 0, 'workspace.get', '/s', 'c', sha256(''), '', '', '', '')
          """)
      await #expect {
        try await migrator.down(to: 8) { _ in true }
      } throws: {
        guard case .refused("V0009__parked_commands", let reason) = $0 as? MigrationError else { return false }
        return reason.contains("commands are parked")
      }
      #expect(try await migrator.status().allSatisfy { $0.state != .pending })
    }
  }

  @Test func `nothing is reverted while a worker is active, and none becomes active meanwhile`() async throws {
    let database = try TestDatabase.current
    try await database.withConnection { first in
      try await database.withConnection { old in
        try await withSchema { connection in
          let migrator = Migrator(connection: connection, logger: .silent)
          _ = try await migrator.up()
          let lease = WorkerLease(connection: first, queue: "/elsewhere")
          #expect(try await lease.tryAcquire())
          let refusal = await #expect(throws: MigrationError.self) { try await migrator.down() }
          guard case .workerActive(let sessions) = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
          }
          let processID = try await first.processID()
          #expect(sessions.count == 1 && sessions[0].contains("\(processID)"), "\(sessions)")
          #expect(try await lease.release())

          // A worker of an earlier version, which holds only the lease of its queue.
          try await connection.execute(script: "insert into active_workers (queue, since) values ('/old', now())")
          let key = AdvisoryLockKey("workspace-worker//old").number
          try await old.execute(script: "select pg_advisory_lock(\(key))")
          guard
            case .workerActive? = await #expect(throws: MigrationError.self, performing: { try await migrator.down() })
          else {
            Issue.record("an old worker is not detected")
            return
          }
          try await old.execute(script: "select pg_advisory_unlock(\(key))")
          _ = try await migrator.down(to: 0) { _ in true }
          #expect(try await lease.tryAcquire(), "the locks are released")
          #expect(try await lease.release())
        }
      }
    }
  }

  @Test func `no lease is granted while migrations are reverted`() async throws {
    let database = try TestDatabase.current
    try await database.withConnection { gatekeeper in
      try await database.withConnection { worker in
        try await withSchema { connection in
          try await gatekeeper.execute(script: "select pg_advisory_lock(2)")
          let gated = Migration(version: 1, name: "gated", up: "select 1", down: "select pg_advisory_xact_lock(2)")
          let migrator = Migrator(connection: connection, migrations: [gated], logger: .silent)
          _ = try await migrator.up()
          try await connection.execute(script: Self.longWait)
          let migrating = try await connection.processID()
          let down = Task { try await migrator.down() }
          try await SessionObserver(connection: gatekeeper).waitUntilBlocked(migrating)
          let lease = WorkerLease(connection: worker, queue: "/any")
          #expect(try await !lease.tryAcquire())
          try await gatekeeper.execute(script: "select pg_advisory_unlock(2)")
          #expect(try await down.value == [gated])
          #expect(try await lease.tryAcquire())
        }
      }
    }
  }

  @Test func `a worker whose schema is gone learns of it at its next sign of life`() async throws {
    try await withSchema { connection in
      let migrator = Migrator(connection: connection, logger: .silent)
      _ = try await migrator.up()
      let lease = WorkerLease(connection: connection, queue: "/any")
      try await lease.keepAlive()
      try await connection.execute(script: "begin")
      await #expect(throws: PostgresError.self) { try await connection.execute(script: "select 1 / 0") }
      try await lease.keepAlive()
      try await connection.execute(script: "rollback; delete from schema_migrations where version > 3")
      await #expect(throws: MigrationError.self) { try await lease.keepAlive() }
    }
  }

  @Test func `an empty database has everything pending, and status leaves it empty`() async throws {
    try await withSchema { connection in
      let migrator = Migrator(connection: connection, logger: .silent)
      #expect(try await migrator.status().allSatisfy { $0.state == .pending })
      #expect(try await migrator.down() == [])
      let pending = MigrationError.pending(Migrations.all.map(\.fileName))
      await #expect(throws: pending) { try await migrator.verify() }
      let tables = try await connection.query(
        "tables", "select count(*) from pg_tables where schemaname = current_schema")
      #expect(try tables[0].count() == 0)
    }
  }

  @Test func `of two concurrent migrators one migrates, the other waits and finds nothing to do`() async throws {
    let database = try TestDatabase.current
    try await database.withConnection { gatekeeper in
      try await gatekeeper.execute(script: "select pg_advisory_lock(1)")
      let gated = Migration(
        version: 1, name: "gated", up: "select pg_advisory_xact_lock(1); create table gated ()", down: "select 1")
      try await withSchema { first in
        try await withSchema(of: first) { second in
          let observer = SessionObserver(connection: gatekeeper)
          let (firstID, secondID) = try await (first.processID(), second.processID())
          try await first.execute(script: Self.longWait)
          let migrating = Task { try await Migrator(connection: first, migrations: [gated], logger: .silent).up() }
          try await observer.waitUntilBlocked(firstID)
          let waiting = Task {
            try await Migrator(
              connection: second, migrations: [gated], lockPatience: .seconds(120), logger: .silent
            ).up()
          }
          try await observer.waitUntilBlocked(secondID)
          try await gatekeeper.execute(script: "select pg_advisory_unlock(1)")
          #expect(try await migrating.value == [gated])
          #expect(try await waiting.value == [])
        }
      }
    }
  }

  @Test func `waiting for another migrator is bounded`() async throws {
    let database = try TestDatabase.current
    try await database.withConnection { other in
      let key = AdvisoryLockKey("workspace-worker/migrations").number
      try await other.execute(script: "select pg_advisory_lock(\(key))")
      try await withSchema { connection in
        let migrator = Migrator(connection: connection, lockPatience: .milliseconds(20), logger: .silent)
        await #expect(throws: MigrationError.locked(waited: .milliseconds(20))) { try await migrator.up() }
        try await other.execute(script: "select pg_advisory_unlock(\(key))")
        #expect(try await migrator.up() == Migrations.all)
      }
    }
  }

  @Test func `an applied migration that was edited is refused by name`() async throws {
    try await withSchema { connection in
      let original = Migration(version: 1, name: "things", up: "create table things ()", down: "drop table things")
      let edited = Migration(version: 1, name: "things", up: "create table things (n int)", down: "drop table things")
      _ = try await Migrator(connection: connection, migrations: [original], logger: .silent).up()
      let migrator = Migrator(connection: connection, migrations: [edited], logger: .silent)
      let refusal = MigrationError.edited(["V0001__things"])
      await #expect(throws: refusal) { try await migrator.up() }
      await #expect(throws: refusal) { try await migrator.down() }
      await #expect(throws: refusal) { try await migrator.verify() }
      guard case .edited = try await migrator.status()[0].state else {
        Issue.record("not reported as edited")
        return
      }
    }
  }

  @Test func `migrations unknown to this program are refused, and reported`() async throws {
    try await withSchema { connection in
      let known = Migration(version: 1, name: "a", up: "create table a ()", down: "drop table a")
      let newer = Migration(version: 2, name: "b", up: "create table b ()", down: "drop table b")
      _ = try await Migrator(connection: connection, migrations: [known, newer], logger: .silent).up()
      let migrator = Migrator(connection: connection, migrations: [known], logger: .silent)
      await #expect(throws: MigrationError.unknown(versions: [2])) { try await migrator.up() }
      await #expect(throws: MigrationError.unknown(versions: [2])) { try await migrator.down(to: 0) }
      #expect(try await migrator.verify() == [2])
      let last = try await migrator.status()[1]
      #expect((last.version, last.name) == (2, "b"))
      guard case .unknown = last.state else {
        Issue.record("not reported as unknown")
        return
      }
    }
  }

  @Test func `a migration inserted before applied ones is refused`() async throws {
    try await withSchema { connection in
      let first = Migration(version: 1, name: "a", up: "create table a ()", down: "drop table a")
      let second = Migration(version: 2, name: "b", up: "create table b ()", down: "drop table b")
      _ = try await Migrator(connection: connection, migrations: [second], logger: .silent).up()
      await #expect(throws: MigrationError.outOfOrder("V0001__a")) {
        try await Migrator(connection: connection, migrations: [first, second], logger: .silent).up()
      }
    }
  }

  @Test func `a failed migration is rolled back and named, and those before it stay`() async throws {
    try await withSchema { connection in
      let good = Migration(version: 1, name: "good", up: "create table good ()", down: "drop table good")
      let bad = Migration(version: 2, name: "bad", up: "create table half (); select 1 / 0", down: "select 1")
      let migrator = Migrator(connection: connection, migrations: [good, bad], logger: .silent)
      let error = await #expect(throws: MigrationError.self) { try await migrator.up() }
      guard case .failed("V0002__bad", let cause) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(cause.sqlState == .divisionByZero)
      #expect(try await migrator.status().map { $0.state == .pending } == [false, true])
      try await connection.execute(script: "select * from good; create table half ()")
    }
  }

  @Test func `a migration that ends its transaction is refused`() async throws {
    try await withSchema { connection in
      let migration = Migration(version: 1, name: "commits", up: "create table c (); commit", down: "select 1")
      await #expect(throws: MigrationError.endsTransaction(migration: "V0001__commits")) {
        try await Migrator(connection: connection, migrations: [migration], logger: .silent).up()
      }
    }
  }
}
