import PostgresClient
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Lines as a whole: how long they are, and what damages them.
extension ParkedCommandsTable {
  /// Lines, or parts of them, by tenant: those of the `limit` rows that follow a position, so that no statement reads
  /// more rows than that. Infinite times, which this program never writes, are replaced by finite ones.
  static func lines(after position: LinePosition?, limit: Int, queue: String) -> PostgresRequest {
    PostgresRequest(
      "parked_commands_lines",
      """
      select tenant_id, count(*), max(id) as last, least(greatest(min(parked_at), to_timestamp(0)), now()) as oldest,
        least(greatest(min(due_at), to_timestamp(0)), now() + interval '10 years') as due_at,
        sum(octet_length(body) + octet_length(properties))::int8 as bytes
      from (
        select tenant_id, id, parked_at, due_at, body, properties from parked_commands
        where queue = \(queue) and (tenant_id, id) > (\(position?.tenant ?? ""), \(position?.id ?? 0))
        order by tenant_id, id limit \(Int64(limit))
      ) as page
      group by tenant_id order by tenant_id
      """)
  }

  /// A row's place among all lines.
  struct LinePosition {
    let tenant: String
    let id: Int64

    init(_ row: PostgresRow) throws(PostgresError) {
      tenant = try row.text("tenant_id")
      id = try row.int8("last")
    }
  }

  /// A line, or a part of one. Due at once if none of it has a due time.
  static func line(_ row: PostgresRow) throws(PostgresError) -> ParkedLine {
    let oldest = try row.moment("oldest")
    return ParkedLine(
      tenantID: try row.identifier("tenant_id"), count: try row.count(), bytes: try row.count("bytes"),
      oldest: oldest, dueAt: try row.optionalMoment("due_at") ?? oldest)
  }

  /// Restores lines: the first command of each, and no other, has a due time; a deleted row or a partial restore may
  /// have changed that. A due time beyond any delay was set by a worker whose clock was wrong. Two statements, each of
  /// which returns how many rows it has changed: 0 if all lines are intact.
  ///
  /// - Parameter longest: the longest time that a line may have to wait; nil: no limit.
  static func repair(dueWithin longest: Duration?, queue: String) -> [PostgresRequest] {
    let seconds = longest.map { Int64($0 / .seconds(1)) }
    return [
      PostgresRequest(
        "parked_commands_demote",
        """
        with changed as (
          update parked_commands as late set due_at = null
          where queue = \(queue) and due_at is not null and exists (
            select from parked_commands as first
            where first.queue = \(queue) and first.tenant_id = late.tenant_id and first.id < late.id)
          returning 1
        )
        select count(*) from changed
        """),
      // From tenant to tenant, whatever the lengths of their lines. A time long ago: due by any worker's clock.
      PostgresRequest(
        "parked_commands_promote_firsts",
        """
        with recursive lines (tenant_id) as (
          (select tenant_id from parked_commands where queue = \(queue) order by tenant_id limit 1)
          union all
          select (
            select tenant_id from parked_commands
            where queue = \(queue) and tenant_id > lines.tenant_id order by tenant_id limit 1)
          from lines where lines.tenant_id is not null
        ), changed as (
          update parked_commands set due_at = to_timestamp(0)
          where id = any (array(
            select first.id
            from lines
            cross join lateral (
              select id, due_at from parked_commands
              where queue = \(queue) and tenant_id = lines.tenant_id order by id limit 1
            ) as first
            where first.due_at is null or not isfinite(first.due_at)
              or first.due_at > now() + make_interval(secs => \(seconds))
          ))
          returning 1
        )
        select count(*) from changed
        """),
    ]
  }

  /// Rows of a tenant whose id is no valid one, so that they are in no line: the ids of at most 1,000 of them.
  static func strays(of tenant: String, queue: String) -> PostgresRequest {
    PostgresRequest(
      "parked_commands_strays",
      "select id from parked_commands where queue = \(queue) and tenant_id = \(tenant) order by id limit 1000")
  }

  /// Moves a row that can't be read to the dead letters, as far as its values fit there.
  static func quarantine(_ id: Int64, as letter: ULID, because detail: String, queue: String) -> PostgresRequest {
    PostgresRequest(
      "parked_commands_quarantine",
      """
      with moved as (delete from parked_commands where queue = \(queue) and id = \(id) returning *)
      \(raw: UnreadableRow.insertion)
      select \(letter), queue, fingerprint, now(), \(DeadLetterReason.unreadableRow.rawValue), \(detail), failures,
        case when isfinite(first_failed_at) then first_failed_at else now() end,
        substring(tenant_id from '^[0-7][0-9A-HJKMNP-TV-Z]{25}$'), command_type, command_source, command_id,
        substring(exchange for 255), substring(routing_key for 255), properties, body
      from moved
      """)
  }
}
