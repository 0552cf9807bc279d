import PostgresClient
import TestFixtures
import TestSupport
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

@testable import PostgresStore

/// Tables that grow because something goes wrong, or because a customer is large: what is read of them doesn't grow along.
@Suite(.requiresPostgres, .migratedDatabase) struct LongTablesTests {
  /// In the order of their ids.
  private static let tenants =
    ["00000000000000000000000001", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"].compactMap {
      TenantID($0)
    }

  @Test func `lines are loaded part by part, however long they are`() async throws {
    try await TestDatabase.current.withStore { store, connection in
      // The tenants' commands arrived in turns: 25,000, 5,000 and 30,000. Behind them in the table, though not in the order of
      // ids, two whose tenant is spelled in a way that no worker writes.
      let names = Self.tenants.map { "'\($0)'" }.joined(separator: ", ")
      try await connection.execute(
        script: """
          insert into parked_commands (queue, tenant_id, due_at, parked_at, process, failures, command_type, command_source,
            command_id, fingerprint, exchange, routing_key, properties, body)
          select '/tests',
            case when i > 60000 then lower('\(Self.tenants[1])')
              else (array[\(names)])[case when i % 12 < 5 then 1 when i % 12 = 5 then 2 else 3 end] end,
            case when i in (1, 5, 6) then to_timestamp(1000 + i) end, to_timestamp(500 + i), 'p', 0, 'workspace.get', '/s', i::text,
            sha256(i::text::bytea), '', '', '', 'body'
          from generate_series(1, 60002) as i;
          analyze parked_commands
          """)
      let lines = try await store.lines(dueWithin: .seconds(1 << 40))
      let expected = zip(Self.tenants, [(25_000, 1), (5000, 5), (30_000, 6)]).map { tenant, line in
        ParkedLine(
          tenantID: tenant, count: line.0, bytes: line.0 * 4, oldest: Timestamp(milliseconds: (500 + line.1) * 1000),
          dueAt: Timestamp(milliseconds: (1000 + line.1) * 1000))
      }
      #expect(lines == expected)
      let strays = try await connection.query(
        "strays", "select count(*) from dead_letters where reason = 'unreadable_row'")
      #expect(try strays[0].count() == 2)
      #expect(try await store.lines(dueWithin: .seconds(1 << 40)) == expected, "whatever no longer belongs to a line")

      let waiting = InboxKey(tenantID: Self.tenants[0], source: "/s", id: "60000")
      var readSet = ReadSet()
      readSet.waiting = [waiting, InboxKey(tenantID: Self.tenants[1], source: waiting.source, id: waiting.id)]
      let (snapshot, rows) = try await Self.read(readSet, store, connection)
      #expect(snapshot.waiting == [waiting])
      #expect(rows < 10, "not the whole line")
    }
  }

  @Test func `a redelivered message is not looked for among the letters whose messages can't come again`() async throws
  {
    try await TestDatabase.current.withStore { store, connection in
      try await connection.execute(
        script: """
          insert into dead_letters (id, queue, fingerprint, recorded_at, reason, detail, attempts, first_failed_at, exchange,
            routing_key, properties, body, is_acknowledged)
          select '01' || lpad(i::text, 24, '0'), '/tests', sha256('equal'), now(), 'malformed_json', '', 1, now(), '', '', '', '',
            i > 1
          from generate_series(1, 50000) as i;
          analyze dead_letters
          """)
      let fingerprint = try await connection.query("fingerprint", "select sha256('equal') as fingerprint")[0].bytea(
        "fingerprint")
      var readSet = ReadSet()
      readSet.deadLetters = [DeadLetterKey(queue: "/tests", fingerprint: fingerprint)]
      let (snapshot, rows) = try await Self.read(readSet, store, connection)
      #expect(snapshot.deadLetters.values.map(\.count) == [1])
      #expect(rows < 10, "not all that are equal")
    }
  }

  @Test func `a part of a removal reads little more than the roles that it removes`() async throws {
    try await TestDatabase.current.withStore { store, connection in
      let (tenant, group) = (Self.tenants[0], GroupID(.sample(9)))
      try await connection.execute(
        script: """
          insert into tenants (id) values ('\(tenant)');
          insert into tenant_members (tenant_id, user_id, role)
          select '\(tenant)', lpad(i::text, 6, '0'), 'member' from generate_series(1, 30000) as i;
          insert into groups (id, tenant_id, name, created_at, updated_at, version)
          values ('\(group)', '\(tenant)', 'g', now(), now(), 1);
          insert into group_members (tenant_id, group_id, user_id, role)
          select '\(tenant)', '\(group)', lpad(i::text, 6, '0'), case when i <= 2 then 'admin' else 'member' end
          from generate_series(1, 30000) as i;
          analyze group_members
          """)
      var readSet = ReadSet()
      readSet.access.cascadeLimit = 1000
      readSet.access.deletedObjects = [TenantResource(tenantID: tenant, object: .group(group))]
      let (snapshot, rows) = try await Self.read(readSet, store, connection)
      #expect(snapshot.cascade.count == 1001)
      #expect(snapshot.roles.values.allSatisfy { $0 == .member }, "admins go last")
      #expect(rows < 1100, "not the whole group")
    }
  }

  /// What a unit of work reads, and how many rows of tables its scans look at.
  private static func read(
    _ readSet: ReadSet, _ store: PostgresUnitOfWorkStore, _ connection: PostgresConnection
  ) async throws -> (Snapshot, Int64) {
    // What earlier transactions have read must not count here.
    _ = try await connection.query("flush", "select pg_stat_force_next_flush()")
    let snapshot = try await store.begin(readSet)
    let rows = try await connection.query(
      "rows_read",
      "select sum(coalesce(idx_tup_fetch, 0) + seq_tup_read)::bigint as rows from pg_stat_xact_user_tables")[0].int8(
        "rows")
    try await store.rollback()
    return (snapshot, rows)
  }
}
