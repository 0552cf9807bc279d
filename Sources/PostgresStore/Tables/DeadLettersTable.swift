import Messaging
import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// `dead_letters`: messages that nobody could process.
enum DeadLettersTable {
  static func find(_ keys: Set<DeadLetterKey>) -> SnapshotQuery? {
    guard !keys.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: keys.map(\.queue))
    parameters.append(array: keys.map(\.fingerprint))
    return SnapshotQuery(request: PostgresRequest(finding, parameters)) { rows, snapshot throws(PostgresError) in
      for row in rows {
        let key = DeadLetterKey(queue: try row.text(0), fingerprint: try row.bytea(1))
        snapshot.deadLetters[key, default: []].append(try row.ulid(2))
      }
    }
  }

  /// Messages that are equal and all unacknowledged: no more than the broker sends ahead.
  private static let maximumCopies = 65_535

  private static let finding = PostgresStatement(
    name: "dead_letters_find", parameters: [.textArray, .byteaArray],
    sql: """
      select wanted.queue, wanted.fingerprint, letter.id
      from unnest($1, $2) as wanted (queue, fingerprint)
      cross join lateral (
        select id from dead_letters
        where dead_letters.fingerprint = wanted.fingerprint and dead_letters.queue = wanted.queue
          and not dead_letters.is_acknowledged
        order by id limit \(maximumCopies)
      ) as letter
      order by letter.id
      """)

  static func noteAcknowledged(_ letters: [ULID]) -> PostgresRequest? {
    guard !letters.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: letters)
    return PostgresRequest(notingAcknowledged, parameters)
  }

  private static let notingAcknowledged = PostgresStatement(
    name: "dead_letters_note_acknowledged", parameters: [.textArray],
    sql: "update dead_letters set is_acknowledged = true where id = any($1)")

  /// - Parameter unlessThere: letters that are there already are left as they are, and the others counted.
  static func insert(_ letters: [DeadLetter], unlessThere: Bool = false) -> PostgresRequest? {
    guard !letters.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: letters.map(\.queue))
    parameters.append(array: letters.map(\.id))
    parameters.append(array: letters.map(\.fingerprint))
    parameters.append(array: letters.map(\.recordedAt))
    parameters.append(array: letters.map(\.reason))
    parameters.append(array: letters.map(\.detail))
    parameters.append(array: letters.map { Int32(clamping: $0.attempts.count) })
    parameters.append(array: letters.map(\.attempts.first))
    parameters.append(array: letters.map(\.subject.tenantID))
    parameters.append(array: letters.map(\.subject.commandType))
    parameters.append(array: letters.map(\.subject.commandSource))
    parameters.append(array: letters.map(\.subject.commandID))
    parameters.append(array: letters.map(\.message.exchange.bytes))
    parameters.append(array: letters.map(\.message.routingKey.bytes))
    parameters.append(array: letters.map(\.message.propertyList.bytes))
    parameters.append(array: letters.map(\.message.body))
    parameters.append(array: letters.map(\.replayOf))
    parameters.append(array: letters.map(\.answeredAt))
    // Another ledger's message is not in the queue of this one.
    parameters.append(unlessThere)
    return PostgresRequest(unlessThere ? adding : inserting, parameters)
  }

  private static let types: [PostgresType] = [
    .textArray, .textArray, .byteaArray, .timestamptzArray, .textArray, .textArray, .int4Array, .timestamptzArray,
    .textArray, .textArray, .textArray, .textArray, .byteaArray, .byteaArray, .byteaArray, .byteaArray, .textArray,
    .timestamptzArray, .bool,
  ]
  private static let inserting = PostgresStatement(name: "dead_letters_insert", parameters: types, sql: insertion)
  private static let adding = PostgresStatement(
    name: "dead_letters_add", parameters: types,
    sql: "with added as (\(insertion) on conflict (id) do nothing returning 1) select count(*) from added")

  private static let insertion = """
    insert into dead_letters (
      queue, id, fingerprint, recorded_at, reason, detail, attempts, first_failed_at,
      tenant_id, command_type, command_source, command_id, exchange, routing_key, properties, body, replay_of,
      answered_at, is_acknowledged)
    select letter.*, $19
    from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) as letter
    """
}
