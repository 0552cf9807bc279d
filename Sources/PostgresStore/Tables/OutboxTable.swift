import DeliveryPipeline
import PostgresClient
import UnitOfWork

/// `outbox`: messages that were committed and are not known to be published. Each queue's worker sees its own alone.
enum OutboxTable {
  static func insert(_ entries: [OutgoingMessages], queue: String) -> PostgresRequest? {
    guard !entries.isEmpty else { return nil }
    let lists = entries.map { MessageList($0.messages).bytes }
    // Around a megabyte: an array that grows there by doubling is copied several times.
    var parameters = PostgresParameters(capacity: lists.reduce(512) { $0 + $1.count + 16 })
    parameters.append(queue)
    parameters.append(array: entries.map { Int64($0.messages.count) })
    parameters.append(array: lists)
    return PostgresRequest(inserting, parameters)
  }

  /// Ids are drawn, and returned, in the order of the entries: the identity column's default is computed above the
  /// sort, and RETURNING follows the order of insertion.
  static let inserting = PostgresStatement(
    name: "outbox_insert", parameters: [.text, .int8Array, .byteaArray],
    sql: """
      insert into outbox (queue, message_count, messages)
      select $1, e.message_count, e.messages
      from unnest($2, $3) with ordinality as e (message_count, messages, place)
      order by e.place
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

  /// Their lengths are known without reading them (TOAST keeps them beside the pointer).
  private static let selectingOldest = PostgresStatement(
    name: "outbox_oldest", parameters: [.text, .int8, .int8],
    sql: """
      select id, messages
      from (
        select *, sum(octet_length(messages)) over (order by id) - octet_length(messages) as bytes_before
        from (select * from outbox where queue = $1 order by id limit $2) as oldest
      ) as measured
      where bytes_before <= $3
      order by id
      """)

  static func entry(_ row: PostgresRow) throws(PostgresError) -> OutboxEntry {
    let list = MessageList(bytes: try row.bytea(1))
    do {
      return OutboxEntry(id: OutboxID(number: try row.int8(0)), messages: try list.messages())
    } catch let error as PostgresError {
      throw error
    } catch {
      throw .decoding(reason: "column 1 is no list of messages: \(error)")
    }
  }
}
