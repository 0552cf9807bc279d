import Messaging
import PostgresClient
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// `parked_commands`: the lines of commands to be retried. Each worker sees only those of its queue.
enum ParkedCommandsTable {
  // MARK: Writing

  static func insert(_ commands: [ParkedCommand], queue: String, identity: IdentitySource) -> PostgresRequest? {
    guard !commands.isEmpty else { return nil }
    switch identity {
    case .sequence:
      // Ids are drawn in the order of the commands, as in the outbox. RETURNING sees the line as it was before the
      // insert.
      return PostgresRequest(
        "parked_commands_insert",
        """
        insert into parked_commands as added (\(raw: inserted))
        select \(queue), \(raw: given)
        from \(rows(commands)) order by c.place
        returning expect_increase(id, (
          select max(before.id) from parked_commands as before
          where before.queue = \(queue) and before.tenant_id = added.tenant_id))
        """)
    case .table:
      return PostgresRequest(
        "parked_commands_insert_behind",
        """
        insert into parked_commands (id, \(raw: inserted)) overriding system value
        select (select coalesce(max(id), 0) from parked_commands) + c.place, \(queue), \(raw: given)
        from \(rows(commands)) order by c.place
        """)
    }
  }

  private static let inserted = """
    queue, tenant_id, due_at, parked_at, process, failures, first_failed_at, last_failed_at, error,
      command_type, command_source, command_id, fingerprint, exchange, routing_key, properties, body
    """
  private static let given = """
    c.tenant_id, c.due_at, c.parked_at, c.process, c.failures, c.first_failed_at, c.last_failed_at, c.error,
      c.command_type, c.command_source, c.command_id, c.fingerprint, c.exchange, c.routing_key, c.properties, c.body
    """

  private static func rows(_ commands: [ParkedCommand]) -> PostgresQuery {
    """
    unnest(
      \(commands.map(\.tenantID)), \(commands.map(\.dueAt)), \(commands.map(\.parkedAt)), \(commands.map(\.process)),
      \(commands.map { Int32(clamping: $0.failures?.count ?? 0) }), \(commands.map(\.failures?.first)),
      \(commands.map(\.failures?.last)), \(commands.map(\.failures?.error)),
      \(commands.map(\.type)), \(commands.map(\.source)), \(commands.map(\.commandID)), \(commands.map(\.fingerprint)),
      \(commands.map(\.message.exchange.bytes)), \(commands.map(\.message.routingKey.bytes)),
      \(commands.map(\.message.propertyList.bytes)), \(commands.map(\.message.body))
    ) with ordinality as c (
      tenant_id, due_at, parked_at, process, failures, first_failed_at, last_failed_at, error,
      command_type, command_source, command_id, fingerprint, exchange, routing_key, properties, body, place)
    """
  }

  static func change(_ change: ParkedLineChange?, queue: String) -> [PostgresRequest] {
    switch change {
    case .advance(let tenantID, let ids, _, let now):
      [delete(ids, queue: queue), promote(tenantID, at: now, queue: queue)]
    case .postpone(_, let id, let failures, let process, let dueAt, let seen):
      [postpone(id, failures, process: process, until: dueAt, seen: seen, queue: queue)]
    case nil: []
    }
  }

  private static func delete(_ ids: [ParkedID], queue: String) -> PostgresRequest {
    PostgresRequest(
      "parked_commands_delete",
      """
      with removed as (delete from parked_commands where queue = \(queue) and id = any(\(ids.map(\.number))) returning 1)
      select expect_rows((select count(*) from removed), \(Int64(ids.count)))
      """)
  }

  private static func promote(_ tenantID: TenantID, at now: Timestamp, queue: String) -> PostgresRequest {
    PostgresRequest(
      "parked_commands_promote",
      """
      update parked_commands set due_at = \(now)
      where due_at is null and id = (
        select id from parked_commands where queue = \(queue) and tenant_id = \(tenantID) order by id limit 1)
      """)
  }

  /// A request that an operator made while the command was tried is kept: it has changed the due time.
  private static func postpone(
    _ id: ParkedID, _ failures: ParkedCommand.Failures, process: ULID, until dueAt: Timestamp, seen: Timestamp?,
    queue: String
  ) -> PostgresRequest {
    PostgresRequest(
      "parked_commands_postpone",
      """
      with changed as (
        update parked_commands
        set due_at = case
            when date_trunc('milliseconds', due_at) is distinct from \(seen) then coalesce(due_at, \(dueAt))
            else \(dueAt)
          end,
          process = \(process), failures = \(Int32(clamping: failures.count)), first_failed_at = \(failures.first),
          last_failed_at = \(failures.last), error = \(failures.error)
        where queue = \(queue) and id = \(id.number)
        returning 1
      )
      select expect_rows((select count(*) from changed), 1)
      """)
  }

  // MARK: Reading

  static func find(_ commands: Set<InboxKey>, queue: String) -> SnapshotQuery? {
    guard !commands.isEmpty else { return nil }
    let commands = Array(commands)
    let request = PostgresRequest(
      "parked_commands_find_waiting",
      """
      select wanted.tenant_id, wanted.command_source, wanted.command_id
      from unnest(\(commands.map(\.tenantID)), \(commands.map(\.source)), \(commands.map(\.id)))
        as wanted (tenant_id, command_source, command_id)
      cross join lateral (
        select from parked_commands
        where queue = \(queue) and tenant_id = wanted.tenant_id
          and command_source = wanted.command_source and command_id = wanted.command_id
        limit 1
      ) as waiting
      """)
    return SnapshotQuery(request: request) { rows, snapshot throws(PostgresError) in
      for row in rows {
        snapshot.waiting.insert(
          InboxKey(
            tenantID: try row.identifier("tenant_id"), source: try row.text("command_source"),
            id: try row.text("command_id")))
      }
    }
  }

  static func find(_ fingerprints: Set<[UInt8]>, queue: String) -> SnapshotQuery? {
    guard !fingerprints.isEmpty else { return nil }
    let request = PostgresRequest(
      "parked_commands_find",
      "select fingerprint from parked_commands where queue = \(queue) and fingerprint = any(\(Array(fingerprints)))")
    return SnapshotQuery(request: request) { rows, snapshot throws(PostgresError) in
      for row in rows { snapshot.parked.insert(try row.bytea("fingerprint")) }
    }
  }

  /// Bodies and properties are measured without being read (TOAST keeps their lengths beside the pointer).
  static func due(at now: Timestamp, limit: Int, bytes: Int, queue: String) -> PostgresRequest {
    PostgresRequest(
      "parked_commands_due",
      """
      select \(raw: columns)
      from (
        select waiting.*, sum(octet_length(body) + octet_length(properties)) over (order by id)
          - octet_length(body) - octet_length(properties) as bytes_before
        from (
          select tenant_id from parked_commands
          where queue = \(queue) and due_at <= \(now)
          order by due_at limit 1
        ) as line
        cross join lateral (
          select * from parked_commands
          where queue = \(queue) and tenant_id = line.tenant_id
          order by id limit \(Int64(max(0, limit)))
        ) as waiting
      ) as measured
      where bytes_before <= \(Int64(max(0, bytes)))
      order by id
      """)
  }

  /// The columns that ``entry(_:)`` reads.
  static let columns = """
    id, tenant_id, due_at, parked_at, process, failures, first_failed_at, last_failed_at, error, dead_letter_request,
      command_type, command_source, command_id, fingerprint, exchange, routing_key, properties, body
    """

  /// The same columns, with empty properties and body.
  static let columnsWithoutMessage = columns.replacing(
    "properties, body", with: "''::bytea as properties, ''::bytea as body")

  static func entry(_ row: PostgresRow) throws(PostgresError) -> ParkedEntry {
    let command = ParkedCommand(
      tenantID: try row.identifier("tenant_id"), type: try row.text("command_type"),
      source: try row.text("command_source"), commandID: try row.text("command_id"), message: try row.message(),
      fingerprint: try row.bytea("fingerprint"), parkedAt: try row.moment("parked_at"),
      process: try row.ulid("process"),
      failures: try failures(row), dueAt: try row.optionalMoment("due_at"))
    return ParkedEntry(
      id: ParkedID(number: try row.int8("id")), command: command,
      deadLetterRequest: try row.optionalText("dead_letter_request"))
  }

  private static func failures(_ row: PostgresRow) throws(PostgresError) -> ParkedCommand.Failures? {
    let count = Int(try row.int4("failures"))
    guard count > 0 else { return nil }
    return ParkedCommand.Failures(
      count: count, first: try row.moment("first_failed_at"), last: try row.moment("last_failed_at"),
      error: try row.text("error"))
  }
}
