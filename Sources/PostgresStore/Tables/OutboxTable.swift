import Messaging
import PostgresClient
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// `outbox`: messages that were committed and are not known to be published. Each queue's worker sees its own alone.
enum OutboxTable {
  /// - Parameters:
  ///   - last: the highest id that is known to have been given before.
  ///   - identity: where ids come from.
  static func insert(
    _ entries: [OutgoingMessages], queue: String, after last: Int64, identity: IdentitySource
  ) -> PostgresRequest? {
    guard !entries.isEmpty else { return nil }
    let lists = entries.map { MessageList($0.messages).bytes }
    // Around a megabyte: an array that grows there by doubling is copied several times.
    var parameters = PostgresParameters(capacity: lists.reduce(512) { $0 + $1.count + 16 })
    parameters.append(queue)
    parameters.append(array: entries.map { Int64($0.messages.count) })
    parameters.append(array: lists)
    parameters.append(last)
    return PostgresRequest(identity == .sequence ? inserting : insertingBehind, parameters)
  }

  /// Ids are drawn, and returned, in the order of the entries: the identity column's default is computed above the
  /// sort, and RETURNING follows the order of insertion.
  static let inserting = PostgresStatement(
    name: "outbox_insert", parameters: [.text, .int8Array, .byteaArray, .int8],
    sql: """
      insert into outbox (queue, message_count, messages)
      select $1, e.message_count, e.messages
      from unnest($2, $3) with ordinality as e (message_count, messages, place)
      order by e.place
      returning expect_increase(id, $4)
      """)

  /// The same behind all that is there.
  private static let insertingBehind = PostgresStatement(
    name: "outbox_insert_behind", parameters: [.text, .int8Array, .byteaArray, .int8],
    sql: """
      insert into outbox (queue, id, message_count, messages) overriding system value
      select $1, (select greatest($4, max(id)) from outbox where queue = $1) + e.place, e.message_count, e.messages
      from unnest($2, $3) with ordinality as e (message_count, messages, place)
      order by e.place
      returning id
      """)

  /// Whether a request is one of the insertions.
  static func isInsertion(_ request: PostgresRequest) -> Bool {
    [inserting.name, insertingBehind.name].contains(request.statement.name)
  }

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

  /// Moves a row that can't be read to the dead letters.
  static func quarantine(_ id: Int64, as letter: ULID, because detail: String, queue: String) -> PostgresRequest {
    PostgresRequest(quarantining, UnreadableRow.parameters(id, letter, detail, queue: queue))
  }

  /// A property list without properties has flags all the same.
  private static let quarantining = PostgresStatement(
    name: "outbox_quarantine", parameters: UnreadableRow.types,
    sql: """
      with moved as (delete from outbox where queue = $1 and id = $2 returning messages, recorded_at)
      \(UnreadableRow.insertion)
      select $3, $1, sha256(messages), now(), '\(DeadLetterReason.unreadableRow.rawValue)', $4, 0,
        case when isfinite(recorded_at) then recorded_at else now() end, null, null, null, null,
        ''::bytea, ''::bytea, decode('0000', 'hex'), messages
      from moved
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
