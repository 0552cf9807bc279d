import Messaging
import Migrations
import PostgresClient
import PostgresStore
import TestSupport
import Testing
import UnitOfWork

/// What happens to the data when the schema changes. Serialized, because the migration lock is per database.
@Suite(.serialized, .requiresPostgres, .emptyDatabase) struct MigratedDataTests: SchemaTests {
  @Test func `data that a migration would delete is counted, and deleted only with consent`() async throws {
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
        "these delete no data")
      #expect(try await migrator.down(to: 0) { _ in true }.count == 10)
      #expect(try await migrator.up() == Migrations.all)
    }
  }

  @Test func `deleted rows and dropped columns of a migration are counted, too`() async throws {
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

  /// What the preflight check of the next migration found, which refused it.
  private func preflight(of migrator: Migrator) async throws -> (migration: String, total: Int) {
    let refusal = try #require(await #expect(throws: MigrationError.self) { try await migrator.up() })
    guard case .preflight(let findings) = refusal else { throw refusal }
    return (findings.migration, findings.total)
  }

  @Test func `a prebuilt index is adopted, and a different one of the same name blocks the migration`() async throws {
    try await withSchema { connection in
      let migrator = Migrator(connection: connection, logger: .silent)
      _ = try await migrator.up()
      _ = try await migrator.down(to: 4)
      try await connection.execute(script: "create index ix_inbox_recorded_at on inbox (result_id)")
      #expect(try await preflight(of: migrator) == ("V0005__inbox_retention", 1))
      try await connection.execute(
        script: "drop index ix_inbox_recorded_at; create index ix_inbox_recorded_at on inbox (recorded_at)")
      #expect(try await migrator.up().first?.version == 5)
    }
  }

  @Test func `a key within its tenant may be prebuilt, and a different index of its name blocks the migration`()
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
        #expect(try await preflight(of: migrator) == ("V0012__inbox_within_tenants", 1))
        try await connection.execute(script: "drop index uq_inbox_tenant_key")
      }
      try await connection.execute(
        script: "create unique index concurrently uq_inbox_tenant_key on inbox (tenant_id, source, id)")
      #expect(try await migrator.up().first?.version == 12)
    }
  }

  @Test func `entries get their tenant and their fingerprint rule, and the way back keeps each key once`()
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
      await #expect(throws: PostgresError.self, "an earlier worker fails at once, because the column does not exist") {
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
      #expect(try left[0].text("all") == "t2a t2b", "the earliest entry of a key stays")
      _ = try await migrator.up()
    }
  }

  @Test func `messages that wait in the outbox survive its change of format unchanged`() async throws {
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
        after: nil, limit: 9, bytes: .max)
      #expect(
        entries.flatMap(\.messages) == [
          AMQPMessage(exchange: "e", routingKey: "k", properties: properties, body: Array("first".utf8)),
          AMQPMessage(
            exchange: "", routingKey: try #require(ShortString(bytes: [255, 0])), properties: MessageProperties(),
            body: []),
        ])
    }
  }
}
