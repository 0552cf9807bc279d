import Messaging
import PostgresClient
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// `outbox`: messages that were committed and are not known to be published. Each worker sees only those of its queue.
enum OutboxTable {
  /// Ids are drawn, and returned, in the order of the entries: the identity column's default is computed above the
  /// sort, and RETURNING follows the order of insertion.
  ///
  /// - Parameters:
  ///   - last: the highest id that is known to have been given before.
  ///   - identity: where ids come from.
  static func insert(
    _ entries: [OutgoingMessages], queue: String, after last: Int64, identity: IdentitySource
  ) -> PostgresRequest? {
    guard !entries.isEmpty else { return nil }
    let counts = entries.map { Int64($0.messages.count) }
    let lists = entries.map { MessageList($0.messages).bytes }
    switch identity {
    case .sequence:
      return PostgresRequest(
        insertion,
        """
        insert into outbox (queue, message_count, messages)
        select \(queue), e.message_count, e.messages
        from unnest(\(counts), \(lists)) with ordinality as e (message_count, messages, place)
        order by e.place
        returning expect_increase(id, \(last)) as id
        """)
    case .table:
      return PostgresRequest(
        insertionBehind,
        """
        insert into outbox (queue, id, message_count, messages) overriding system value
        select \(queue), (select greatest(\(last), max(id)) from outbox where queue = \(queue)) + e.place,
          e.message_count, e.messages
        from unnest(\(counts), \(lists)) with ordinality as e (message_count, messages, place)
        order by e.place
        returning id
        """)
    }
  }

  private static let insertion = "outbox_insert"
  private static let insertionBehind = "outbox_insert_behind"

  /// Whether a request is one of the insertions.
  static func isInsertion(_ request: PostgresRequest) -> Bool { [insertion, insertionBehind].contains(request.name) }

  static func ids(_ rows: PostgresRows) throws(PostgresError) -> [OutboxID] {
    try rows.map { row throws(PostgresError) in OutboxID(number: try row.int8("id")) }
  }

  /// A row that is already gone is no conflict: the result is the same.
  static func delete(_ ids: [OutboxID], queue: String) -> PostgresRequest? {
    guard !ids.isEmpty else { return nil }
    return PostgresRequest(
      "outbox_delete", "delete from outbox where queue = \(queue) and id = any(\(ids.map(\.number)))")
  }

  /// Messages are measured without being read (TOAST keeps their lengths beside the pointer).
  static func oldest(after last: OutboxID?, queue: String, limit: Int, bytes: Int) -> PostgresRequest {
    PostgresRequest(
      "outbox_oldest",
      """
      select id, messages
      from (
        select *, sum(octet_length(messages)) over (order by id) - octet_length(messages) as bytes_before
        from (
          select * from outbox where queue = \(queue) and id > \(last?.number ?? .min)
          order by id limit \(Int64(max(0, limit)))
        ) as oldest
      ) as measured
      where bytes_before <= \(Int64(max(0, bytes)))
      order by id
      """)
  }

  static func entry(_ row: PostgresRow) throws(PostgresError) -> OutboxEntry {
    let list = MessageList(bytes: try row.bytea("messages"))
    do {
      return OutboxEntry(id: OutboxID(number: try row.int8("id")), messages: try list.messages())
    } catch let error as PostgresError {
      throw error
    } catch {
      throw .decoding(reason: "messages is not a list of messages: \(error)")
    }
  }

  /// Moves a row that can't be read to the dead letters. Its property list is empty, but has the two bytes of flags.
  static func quarantine(_ id: Int64, as letter: ULID, because detail: String, queue: String) -> PostgresRequest {
    PostgresRequest(
      "outbox_quarantine",
      """
      with moved as (delete from outbox where queue = \(queue) and id = \(id) returning queue, messages, recorded_at)
      \(raw: UnreadableRow.insertion)
      select \(letter), queue, sha256(messages), now(), \(DeadLetterReason.unreadableRow.rawValue), \(detail), 0,
        case when isfinite(recorded_at) then recorded_at else now() end, null, null, null, null,
        ''::bytea, ''::bytea, decode('0000', 'hex'), messages
      from moved
      """)
  }
}
