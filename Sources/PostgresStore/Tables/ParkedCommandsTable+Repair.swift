import PostgresClient
import WorkspaceApplication
import WorkspaceDomain

/// What a line needs, and a deleted row or a partial restore may have taken from it: its first command, and none other, is
/// the one that is due.
extension ParkedCommandsTable {
  /// Two statements, of which each says how many rows it has changed. Where all lines are well they change nothing.
  static func repair(queue: String) -> [PostgresRequest] {
    var parameters = PostgresParameters()
    parameters.append(queue)
    return [PostgresRequest(demoting, parameters), PostgresRequest(promotingFirsts, parameters)]
  }

  private static let demoting = PostgresStatement(
    name: "parked_commands_demote", parameters: [.text],
    sql: """
      with changed as (
        update parked_commands as late set due_at = null
        where queue = $1 and due_at is not null and exists (
          select from parked_commands as first
          where first.queue = $1 and first.tenant_id = late.tenant_id and first.id < late.id)
        returning 1
      )
      select count(*) from changed
      """)

  /// Long ago: due by any worker's clock.
  private static let promotingFirsts = PostgresStatement(
    name: "parked_commands_promote_firsts", parameters: [.text],
    sql: """
      with changed as (
        update parked_commands set due_at = to_timestamp(0)
        where (due_at is null or not isfinite(due_at)) and id in (select min(id) from parked_commands where queue = $1 group by tenant_id)
        returning 1
      )
      select count(*) from changed
      """)

  /// Rows whose tenant is none: they are nobody's line. A bounded number of them, by their ids.
  static func strays(queue: String) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(queue)
    return PostgresRequest(selectingStrays, parameters)
  }

  private static let selectingStrays = PostgresStatement(
    name: "parked_commands_strays", parameters: [.text],
    sql: "select id from parked_commands where queue = $1 and tenant_id !~ '^[0-7][0-9A-HJKMNP-TV-Z]{25}$' order by id limit 1000")

  /// Moves a row that can't be read to the dead letters, as far as it fits there.
  static func quarantine(_ id: Int64, as letter: ULID, because detail: String, queue: String) -> PostgresRequest {
    PostgresRequest(quarantining, UnreadableRow.parameters(id, letter, detail, queue: queue))
  }

  private static let quarantining = PostgresStatement(
    name: "parked_commands_quarantine", parameters: UnreadableRow.types,
    sql: """
      with moved as (delete from parked_commands where queue = $1 and id = $2 returning *)
      \(UnreadableRow.insertion)
      select $3, $1, fingerprint, now(), '\(DeadLetterReason.unreadableRow.rawValue)', $4, failures,
        case when isfinite(first_failed_at) then first_failed_at else now() end,
        substring(tenant_id from '^[0-7][0-9A-HJKMNP-TV-Z]{25}$'), command_type, command_source, command_id,
        substring(exchange for 255), substring(routing_key for 255), properties, body
      from moved
      """)
}

/// A row of ours that this program can't read: somebody has written it, or it was damaged. It would stand in everybody's
/// way for ever.
enum UnreadableRow {
  static let types: [PostgresType] = [.text, .int8, .text, .text]

  static func parameters(_ id: Int64, _ letter: ULID, _ detail: String, queue: String) -> PostgresParameters {
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(id)
    parameters.append(letter)
    parameters.append(detail)
    return parameters
  }

  static let insertion = """
    insert into dead_letters (
      id, queue, fingerprint, recorded_at, reason, detail, attempts, first_failed_at,
      tenant_id, command_type, command_source, command_id, exchange, routing_key, properties, body)
    """
}
