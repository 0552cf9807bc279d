import Messaging
import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// `parked_commands`: the lines of commands that are tried again. Each queue's worker sees its own alone. Writing.
enum ParkedCommandsTable {
  static func insert(_ commands: [ParkedCommand], queue: String, identity: IdentitySource) -> PostgresRequest? {
    guard !commands.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(array: commands.map(\.tenantID))
    parameters.append(array: commands.map(\.dueAt))
    parameters.append(array: commands.map(\.parkedAt))
    parameters.append(array: commands.map(\.process))
    parameters.append(array: commands.map { Int32(clamping: $0.failures?.count ?? 0) })
    parameters.append(array: commands.map(\.failures?.first))
    parameters.append(array: commands.map(\.failures?.last))
    parameters.append(array: commands.map(\.failures?.error))
    parameters.append(array: commands.map(\.type))
    parameters.append(array: commands.map(\.source))
    parameters.append(array: commands.map(\.commandID))
    parameters.append(array: commands.map(\.fingerprint))
    parameters.append(array: commands.map(\.message.exchange.bytes))
    parameters.append(array: commands.map(\.message.routingKey.bytes))
    parameters.append(array: commands.map(\.message.propertyList.bytes))
    parameters.append(array: commands.map(\.message.body))
    return PostgresRequest(identity == .sequence ? inserting : insertingBehind, parameters)
  }

  private static let types: [PostgresType] = [
    .text, .textArray, .timestamptzArray, .timestamptzArray, .textArray, .int4Array, .timestamptzArray,
    .timestamptzArray, .textArray, .textArray, .textArray, .textArray, .byteaArray, .byteaArray, .byteaArray,
    .byteaArray, .byteaArray,
  ]

  /// Ids are drawn in the order of the commands, as in ``OutboxTable/inserting``. RETURNING sees the line as it was before.
  private static let inserting = PostgresStatement(
    name: "parked_commands_insert", parameters: types,
    sql: """
      insert into parked_commands as added (\(insertion(id: nil))
      returning expect_increase(id, (
        select max(before.id) from parked_commands as before
        where before.queue = $1 and before.tenant_id = added.tenant_id))
      """)

  /// The same behind all that is there, of whatever queue.
  private static let insertingBehind = PostgresStatement(
    name: "parked_commands_insert_behind", parameters: types,
    sql: "insert into parked_commands (\(insertion(id: "(select coalesce(max(id), 0) from parked_commands) + c.place"))")

  private static func insertion(id: String?) -> String {
    """
        \(id == nil ? "" : "id, ")queue, tenant_id, due_at, parked_at, process, failures, first_failed_at, last_failed_at, error,
        command_type, command_source, command_id, fingerprint, exchange, routing_key, properties, body)
      \(id == nil ? "" : "overriding system value")
      select \(id.map { "\($0), " } ?? "")$1, c.tenant_id, c.due_at, c.parked_at, c.process, c.failures, c.first_failed_at, c.last_failed_at, c.error,
        c.command_type, c.command_source, c.command_id, c.fingerprint, c.exchange, c.routing_key, c.properties, c.body
      from unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) with ordinality as c (
        tenant_id, due_at, parked_at, process, failures, first_failed_at, last_failed_at, error,
        command_type, command_source, command_id, fingerprint, exchange, routing_key, properties, body, place)
      order by c.place
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
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(array: ids.map(\.number))
    return PostgresRequest(deleting, parameters)
  }

  private static let deleting = PostgresStatement(
    name: "parked_commands_delete", parameters: [.text, .int8Array],
    sql: """
      with removed as (delete from parked_commands where queue = $1 and id = any($2) returning 1)
      select expect_rows((select count(*) from removed), cardinality($2))
      """)

  private static func promote(_ tenantID: TenantID, at now: Timestamp, queue: String) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(tenantID)
    parameters.append(now)
    return PostgresRequest(promoting, parameters)
  }

  private static let promoting = PostgresStatement(
    name: "parked_commands_promote", parameters: [.text, .text, .timestamptz],
    sql: """
      update parked_commands set due_at = $3
      where due_at is null and id = (
        select id from parked_commands where queue = $1 and tenant_id = $2 order by id limit 1)
      """)

  private static func postpone(
    _ id: ParkedID, _ failures: ParkedCommand.Failures, process: ULID, until dueAt: Timestamp, seen: Timestamp?,
    queue: String
  ) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(id.number)
    parameters.append(dueAt)
    parameters.append(process)
    parameters.append(Int32(clamping: failures.count))
    parameters.append(failures.first)
    parameters.append(failures.last)
    parameters.append(failures.error)
    parameters.append(seen)
    return PostgresRequest(postponing, parameters)
  }

  /// What an operator has asked for while the command was tried stays: he has changed when it is due.
  private static let postponing = PostgresStatement(
    name: "parked_commands_postpone",
    parameters: [.text, .int8, .timestamptz, .text, .int4, .timestamptz, .timestamptz, .text, .timestamptz],
    sql: """
      with changed as (
        update parked_commands
        set due_at = case when date_trunc('milliseconds', due_at) is distinct from $9 then coalesce(due_at, $3) else $3 end,
          process = $4, failures = $5, first_failed_at = $6, last_failed_at = $7, error = $8
        where queue = $1 and id = $2
        returning 1
      )
      select expect_rows((select count(*) from changed), 1)
      """)
}
