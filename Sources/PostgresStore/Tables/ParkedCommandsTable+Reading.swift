import Messaging
import PostgresClient
import UnitOfWork
import WorkspaceDomain

extension ParkedCommandsTable {
  static func find(_ fingerprints: Set<[UInt8]>, queue: String) -> SnapshotQuery? {
    guard !fingerprints.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(array: Array(fingerprints))
    return SnapshotQuery(request: PostgresRequest(finding, parameters)) { rows, snapshot throws(PostgresError) in
      for row in rows { snapshot.parked.insert(try row.bytea(0)) }
    }
  }

  private static let finding = PostgresStatement(
    name: "parked_commands_find", parameters: [.text, .byteaArray],
    sql: "select fingerprint from parked_commands where queue = $1 and fingerprint = any($2)")

  static func lines(queue: String) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(queue)
    return PostgresRequest(selectingLines, parameters)
  }

  /// Times without end, which nobody here writes, count as others do.
  private static let selectingLines = PostgresStatement(
    name: "parked_commands_lines", parameters: [.text],
    sql: """
      select tenant_id, count(*), least(greatest(min(parked_at), to_timestamp(0)), now()),
        coalesce(least(greatest(min(due_at), to_timestamp(0)), now() + interval '10 years'), now()),
        sum(octet_length(body) + octet_length(properties))::int8
      from parked_commands where queue = $1 group by tenant_id
      """)

  static func line(_ row: PostgresRow) throws(PostgresError) -> ParkedLine {
    ParkedLine(
      tenantID: try row.identifier(0), count: Int(try row.int8(1)), bytes: Int(try row.int8(4)),
      oldest: try row.moment(2), dueAt: try row.moment(3))
  }

  static func due(at now: Timestamp, limit: Int, bytes: Int, queue: String) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(now)
    parameters.append(Int64(max(0, limit)))
    parameters.append(Int64(max(0, bytes)))
    return PostgresRequest(selectingDue, parameters)
  }

  /// Bodies and properties are measured without being read (TOAST keeps their lengths beside the pointer).
  private static let selectingDue = PostgresStatement(
    name: "parked_commands_due", parameters: [.text, .timestamptz, .int8, .int8],
    sql: """
      select \(columns)
      from (
        select waiting.*, sum(octet_length(body) + octet_length(properties)) over (order by id)
          - octet_length(body) - octet_length(properties) as bytes_before
        from (
          select tenant_id from parked_commands
          where queue = $1 and due_at <= $2
          order by due_at limit 1
        ) as line
        cross join lateral (
          select * from parked_commands
          where queue = $1 and tenant_id = line.tenant_id
          order by id limit $3
        ) as waiting
      ) as measured
      where bytes_before <= $4
      order by id
      """)

  /// What ``entry(_:)`` reads.
  static let columns = """
    id, tenant_id, due_at, parked_at, process, failures, first_failed_at, last_failed_at, error, dead_letter_request,
      command_type, command_source, command_id, fingerprint, exchange, routing_key, properties, body
    """

  static let columnCount = 18

  /// The same, with a message that is empty.
  static let columnsWithoutMessage = columns.replacing("properties, body", with: "''::bytea as properties, ''::bytea as body")

  static func entry(_ row: PostgresRow) throws(PostgresError) -> ParkedEntry {
    guard let exchange = ShortString(bytes: try row.bytea(14)), let routingKey = ShortString(bytes: try row.bytea(15)) else {
      throw .decoding(reason: "a name of more than 255 bytes")
    }
    let message = OutboundMessage(
      exchange: exchange, routingKey: routingKey, propertyList: PropertyList(bytes: try row.bytea(16)),
      body: try row.bytea(17))
    let command = ParkedCommand(
      tenantID: try row.identifier(1), type: try row.text(10), source: try row.text(11), commandID: try row.text(12),
      message: message, fingerprint: try row.bytea(13), parkedAt: try row.moment(3), process: try row.ulid(4),
      failures: try failures(row), dueAt: try row.optionalMoment(2))
    return ParkedEntry(
      id: ParkedID(number: try row.int8(0)), command: command, deadLetterRequest: try row.optionalText(9))
  }

  private static func failures(_ row: PostgresRow) throws(PostgresError) -> ParkedCommand.Failures? {
    let count = Int(try row.int4(5))
    guard count > 0 else { return nil }
    return ParkedCommand.Failures(
      count: count, first: try row.moment(6), last: try row.moment(7), error: try row.text(8))
  }
}
