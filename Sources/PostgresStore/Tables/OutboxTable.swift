import DeliveryPipeline
import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// `outbox`: messages that were committed and are not known to be published. Each queue's worker sees its own alone.
enum OutboxTable {
  static func insert(_ messages: [OutgoingMessage], queue: String) -> PostgresRequest? {
    guard !messages.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(array: messages.map(\.tenantID))
    parameters.append(array: messages.map(\.message.exchange.bytes))
    parameters.append(array: messages.map(\.message.routingKey.bytes))
    parameters.append(array: messages.map { readable($0.message.properties.messageID) })
    parameters.append(array: messages.map { PropertyList($0.message.properties).bytes })
    parameters.append(array: messages.map(\.message.body))
    return PostgresRequest(inserting, parameters)
  }

  /// The id of a dead letter is its sender's choice, and need not be what a column of text can hold: PostgreSQL's have
  /// no NUL.
  private static func readable(_ messageID: ShortString?) -> String? {
    guard let text = messageID?.text, !text.utf8.contains(0) else { return nil }
    return text
  }

  /// Ids are drawn, and returned, in the order of the messages: the identity column's default is computed above the
  /// sort, and RETURNING follows the order of insertion.
  static let inserting = PostgresStatement(
    name: "outbox_insert",
    parameters: [.text, .textArray, .byteaArray, .byteaArray, .textArray, .byteaArray, .byteaArray],
    sql: """
      insert into outbox (queue, tenant_id, exchange, routing_key, message_id, properties, body)
      select $1, m.tenant_id, m.exchange, m.routing_key, m.message_id, m.properties, m.body
      from unnest($2, $3, $4, $5, $6, $7)
        with ordinality as m (tenant_id, exchange, routing_key, message_id, properties, body, place)
      order by m.place
      returning id
      """)

  static func ids(_ rows: PostgresRows) throws(PostgresError) -> [OutboxID] {
    try rows.map { row throws(PostgresError) in OutboxID(number: try row.int8(0)) }
  }

  static func delete(_ ids: [OutboxID], queue: String) -> PostgresRequest? {
    guard !ids.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(array: ids.map(\.number))
    return PostgresRequest(deleting, parameters)
  }

  /// A row that is gone already is no conflict: what matters is that it is gone.
  private static let deleting = PostgresStatement(
    name: "outbox_delete", parameters: [.text, .int8Array],
    sql: "delete from outbox where queue = $1 and id = any($2)")

  static func oldest(queue: String, limit: Int, bytes: Int) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(Int64(max(0, limit)))
    parameters.append(Int64(max(0, bytes)))
    return PostgresRequest(selectingOldest, parameters)
  }

  /// The lengths of bodies are known without reading them (TOAST keeps them beside the pointer).
  private static let selectingOldest = PostgresStatement(
    name: "outbox_oldest", parameters: [.text, .int8, .int8],
    sql: """
      select id, exchange, routing_key, properties, body
      from (
        select *, sum(octet_length(body)) over (order by id) - octet_length(body) as bytes_before
        from (select * from outbox where queue = $1 order by id limit $2) as oldest
      ) as measured
      where bytes_before <= $3
      order by id
      """)

  static func entry(_ row: PostgresRow) throws(PostgresError) -> OutboxEntry {
    OutboxEntry(
      id: OutboxID(number: try row.int8(0)),
      message: OutboundMessage(
        exchange: try shortString(row, 1), routingKey: try shortString(row, 2), properties: try properties(row, 3),
        body: try row.bytea(4)))
  }

  private static func shortString(_ row: PostgresRow, _ column: Int) throws(PostgresError) -> ShortString {
    guard let string = ShortString(bytes: try row.bytea(column)) else {
      throw .decoding(reason: "column \(column) is longer than an AMQP short string")
    }
    return string
  }

  private static func properties(_ row: PostgresRow, _ column: Int) throws(PostgresError) -> MessageProperties {
    let list = PropertyList(bytes: try row.bytea(column))
    do {
      return try list.properties()
    } catch {
      throw .decoding(reason: "column \(column) is no AMQP property list: \(error)")
    }
  }
}
