import Messaging
import Migrations
import PostgresClient
import PostgresStore
import TestSupport
import Testing
import UnitOfWork

/// Each test has a schema of its own, named by a search path. One after the other, for the lock is the database's.
@Suite(.serialized, .requiresPostgres, .emptyDatabase) struct MigratorTests {
  @Test func `up applies all, down takes all back, up again`() async throws {
    try await withSchema { connection async throws in
      let migrator = Migrator(connection: connection, logger: .silent)
      #expect(try await migrator.up() == Migrations.all)
      #expect(try await migrator.up() == [])
      #expect(try await migrator.down(to: 0) == Migrations.all.reversed())
      #expect(try await migrator.down(to: 0) == [])
      #expect(try await migrator.up() == Migrations.all)
    }
  }

  @Test func `down without a target takes back the last alone`() async throws {
    try await withSchema { connection in
      let migrator = Migrator(connection: connection, logger: .silent)
      _ = try await migrator.up()
      let last = Migrations.all.count
      #expect(try await migrator.down().map(\.version) == [last])
      #expect(try await migrator.down().map(\.version) == [last - 1])
      #expect(try await migrator.status().filter { $0.state == .pending }.map(\.version) == [last - 1, last])
    }
  }

  @Test func `down to a version leaves those up to it`() async throws {
    try await withSchema { connection in
      let migrator = Migrator(connection: connection, logger: .silent)
      _ = try await migrator.up()
      #expect(try await migrator.down(to: 1).map(\.version) == (2...Migrations.all.count).reversed())
      #expect(try await migrator.down(to: 1) == [])
      await #expect(throws: MigrationError.nothingAbove(version: 3, lastApplied: 1)) { try await migrator.down(to: 3) }
    }
  }

  @Test func `data that would go with a migration is counted, and goes only where that is wanted`() async throws {
    try await withSchema { connection in
      let migrator = Migrator(connection: connection, logger: .silent)
      _ = try await migrator.up()
      try await connection.execute(
        script: """
          insert into tenants (id) values ('01KAQVM607ZAB5RRB146VH73JN'), ('01KAQVM607ZAB5RRB146VH73JP');
          insert into outbox (queue, message_count, messages) values ('/tests', 1, '\\x00');
          insert into replay_plans (id, operator, reason, created_at) values ('p', 'o', 'r', now());
          insert into active_workers (queue, since) values ('/tests', now())
          """)
      let all = [
        DataLoss(what: "tenants", rows: 2), DataLoss(what: "outbox", rows: 1), DataLoss(what: "replay_plans", rows: 1),
      ]
      let refusal = await #expect(throws: MigrationError.self) { try await migrator.down(to: 0) }
      guard case .wouldDestroy(let losses) = refusal else {
        Issue.record("\(String(describing: refusal))")
        return
      }
      #expect(losses.sorted { $0.what < $1.what } == all.sorted { $0.what < $1.what })
      #expect(try await migrator.verify() == [], "nothing is changed")
      let some = MigrationError.wouldDestroy([DataLoss(what: "replay_plans", rows: 1)])
      await #expect(throws: some) { try await migrator.down(to: 9) }
      #expect(
        try await migrator.down(to: 10).map(\.version) == (11...Migrations.all.count).reversed(),
        "nothing goes with these")
      #expect(try await migrator.down(to: 0) { _ in true }.count == 10)
      #expect(try await migrator.up() == Migrations.all)
    }
  }

  @Test func `rows that a migration deletes, and columns that it drops, are counted too`() async throws {
    try await withSchema { connection in
      let migration = Migration(
        version: 1, name: "things",
        up:
          "create table things (n int, note text, twice int generated always as (n * 2) stored); create table \"odd name\" (n int)",
        down: "delete from \"odd name\" where n > 1; alter table things drop column note, drop column twice")
      let migrator = Migrator(connection: connection, migrations: [migration], logger: .silent)
      _ = try await migrator.up()
      try await connection.execute(
        script: "insert into things values (1, 'a'), (2, null); insert into \"odd name\" values (1), (2), (3)")
      let losses = [DataLoss(what: "things.note", rows: 1), DataLoss(what: "odd name", rows: 2)]
      await #expect(throws: MigrationError.wouldDestroy(losses)) { try await migrator.down() }
    }
  }

  @Test func `nothing is taken back while a worker is active, and none becomes active meanwhile`() async throws {
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

          // One of a version that has nothing but the lease of its queue.
          try await connection.execute(script: "insert into active_workers (queue, since) values ('/old', now())")
          let key = AdvisoryLockKey("workspace-worker//old").number
          try await old.execute(script: "select pg_advisory_lock(\(key))")
          guard
            case .workerActive? = await #expect(throws: MigrationError.self, performing: { try await migrator.down() })
          else {
            Issue.record("an old worker is not seen")
            return
          }
          try await old.execute(script: "select pg_advisory_unlock(\(key))")
          _ = try await migrator.down(to: 0) { _ in true }
          #expect(try await lease.tryAcquire(), "what was held is given back")
          #expect(try await lease.release())
        }
      }
    }
  }

  @Test func `a lease is not to be had while migrations are taken back`() async throws {
    let database = try TestDatabase.current
    try await database.withConnection { gatekeeper in
      try await database.withConnection { worker in
        try await withSchema { connection in
          try await gatekeeper.execute(script: "select pg_advisory_lock(2)")
          let gated = Migration(version: 1, name: "gated", up: "select 1", down: "select pg_advisory_xact_lock(2)")
          let migrator = Migrator(connection: connection, migrations: [gated], logger: .silent)
          _ = try await migrator.up()
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

  @Test func `a worker whose schema has gone is told when it shows that it is alive`() async throws {
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

  @Test func `an index that was built beforehand is taken over, and another of its name is in the way`() async throws {
    try await withSchema { connection in
      let migrator = Migrator(connection: connection, logger: .silent)
      _ = try await migrator.up()
      _ = try await migrator.down(to: 4)
      try await connection.execute(script: "create index ix_inbox_recorded_at on inbox (result_id)")
      let refusal = await #expect(throws: MigrationError.self) { try await migrator.up() }
      guard case .preflight(let findings) = refusal else {
        Issue.record("\(String(describing: refusal))")
        return
      }
      #expect((findings.migration, findings.total) == ("V0005__inbox_retention", 1))
      try await connection.execute(
        script: "drop index ix_inbox_recorded_at; create index ix_inbox_recorded_at on inbox (recorded_at)")
      #expect(try await migrator.up().first?.version == 5)
    }
  }

  @Test func `a key within its tenant may be built beforehand, and an index of its name that is not it is in the way`()
    async throws
  {
    try await withSchema { connection in
      let migrator = Migrator(connection: connection, logger: .silent)
      _ = try await migrator.up()
      _ = try await migrator.down(to: 11)
      for wrong in [
        "index uq_inbox_tenant_key on inbox (tenant_id, source, id)",
        "unique index uq_inbox_tenant_key on inbox (source, id)",
      ] {
        try await connection.execute(script: "create \(wrong)")
        let refusal = await #expect(throws: MigrationError.self) { try await migrator.up() }
        guard case .preflight(let findings) = refusal else {
          Issue.record("\(String(describing: refusal))")
          return
        }
        #expect((findings.migration, findings.total) == ("V0012__inbox_within_tenants", 1))
        try await connection.execute(script: "drop index uq_inbox_tenant_key")
      }
      try await connection.execute(
        script: "create unique index concurrently uq_inbox_tenant_key on inbox (tenant_id, source, id)")
      #expect(try await migrator.up().first?.version == 12)
    }
  }

  @Test func `entries come into their tenants with the rule that they were recorded by, and out again each key once`()
    async throws
  {
    try await withSchema { connection in
      let migrator = Migrator(connection: connection, logger: .silent)
      _ = try await migrator.up()
      _ = try await migrator.down(to: 11)
      let columns = "id, tenant_id, source, result_id, result_type, result, recorded_at"
      let values = "'/s', 'r', 'workspace.get.succeeded', ''"
      let digest = "decode(repeat('00', 32), 'hex')"
      try await connection.execute(
        script: "insert into inbox (\(columns), fingerprint) values ('a', 't1', \(values), '2026-01-02', \(digest))")
      _ = try await migrator.up()
      await #expect(throws: PostgresError.self, "an earlier worker is refused at once, by a name that is not there") {
        try await connection.execute(script: "select fingerprint from inbox")
      }
      try await connection.execute(
        script: """
          insert into inbox (\(columns), command_fingerprint, rule)
          values ('a', 't2', \(values), '2026-01-01', \(digest), 2), ('b', 't2', \(values), '2026-01-03', \(digest), 2)
          """)
      let rules = try await connection.query(
        "rules", "select string_agg(tenant_id || rule, ' ' order by id, tenant_id) as all from inbox")
      #expect(try rules[0].text("all") == "t11 t22 t22")
      _ = try await migrator.down(to: 11) { _ in true }
      let left = try await connection.query(
        "left", "select string_agg(tenant_id || id, ' ' order by id) as all from inbox")
      #expect(try left[0].text("all") == "t2a t2b", "the earliest of a key stays")
      _ = try await migrator.up()
    }
  }

  @Test func `messages that wait in the outbox come through its change of shape as they were`() async throws {
    try await withSchema { connection in
      let migrator = Migrator(connection: connection, logger: .silent)
      _ = try await migrator.up()
      _ = try await migrator.down(to: 6)
      var properties = MessageProperties()
      properties.messageID = "m"
      properties.headers = HeaderTable(entries: [1, 97, 86])
      let hex = PropertyList(properties).bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      try await connection.execute(
        script: """
          insert into outbox (queue, tenant_id, exchange, routing_key, message_id, properties, body)
          values ('/tests', null, 'e', 'k', 'm', '\\x\(hex)', 'first'), ('/tests', null, '', '\\xff00', null, '\\x0000', '')
          """)
      _ = try await migrator.up()
      let entries = try await PostgresUnitOfWorkStore(connection: connection, queue: "/tests").unpublished(
        limit: 9, bytes: .max)
      #expect(
        entries.flatMap(\.messages) == [
          OutboundMessage(exchange: "e", routingKey: "k", properties: properties, body: Array("first".utf8)),
          OutboundMessage(
            exchange: "", routingKey: try #require(ShortString(bytes: [255, 0])), properties: MessageProperties(),
            body: []),
        ])
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

  @Test func `two at once: one migrates, the other waits and finds nothing to do`() async throws {
    let database = try TestDatabase.current
    try await database.withConnection { gatekeeper in
      try await gatekeeper.execute(script: "select pg_advisory_lock(1)")
      let gated = Migration(
        version: 1, name: "gated", up: "select pg_advisory_xact_lock(1); create table gated ()", down: "select 1")
      try await withSchema { first in
        try await withSchema(of: first) { second in
          let observer = SessionObserver(connection: gatekeeper)
          let (firstID, secondID) = try await (first.processID(), second.processID())
          let migrating = Task { try await Migrator(connection: first, migrations: [gated], logger: .silent).up() }
          try await observer.waitUntilBlocked(firstID)
          let waiting = Task { try await Migrator(connection: second, migrations: [gated], logger: .silent).up() }
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
        Issue.record("not told to be edited")
        return
      }
    }
  }

  @Test func `migrations that this program does not know are refused, and told`() async throws {
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
        Issue.record("not told to be unknown")
        return
      }
    }
  }

  @Test func `a migration that was slipped in before applied ones is refused`() async throws {
    try await withSchema { connection in
      let first = Migration(version: 1, name: "a", up: "create table a ()", down: "drop table a")
      let second = Migration(version: 2, name: "b", up: "create table b ()", down: "drop table b")
      _ = try await Migrator(connection: connection, migrations: [second], logger: .silent).up()
      await #expect(throws: MigrationError.outOfOrder("V0001__a")) {
        try await Migrator(connection: connection, migrations: [first, second], logger: .silent).up()
      }
    }
  }

  @Test func `a migration that fails is rolled back and named, and those before it stay`() async throws {
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

  /// Lends a connection whose objects are in a schema that is this test's own, or another connection's.
  private func withSchema(
    of other: PostgresConnection? = nil, _ body: (PostgresConnection) async throws -> Void
  ) async throws {
    let schema = try await other?.currentSchema() ?? "s\(UInt64.random(in: 0 ... .max))"
    try await TestDatabase.current.withConnection(configure: {
      $0 = $0.forMigrations()
      $0.settings["search_path"] = schema
    }) { connection in
      try await connection.execute(script: "create schema if not exists \(schema)")
      try await body(connection)
    }
  }
}

extension PostgresConnection {
  fileprivate func currentSchema() async throws -> String {
    try await query("current_schema", "select current_schema::text as name")[0].text("name")
  }
}
