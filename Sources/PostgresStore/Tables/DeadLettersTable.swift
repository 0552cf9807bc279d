import DeliveryPipeline
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
        snapshot.deadLetters.insert(DeadLetterKey(queue: try row.text(0), fingerprint: try row.bytea(1)))
      }
    }
  }

  private static let finding = PostgresStatement(
    name: "dead_letters_find", parameters: [.textArray, .byteaArray],
    sql: """
      select wanted.queue, wanted.fingerprint
      from unnest($1, $2) as wanted (queue, fingerprint)
      cross join lateral (
        select from dead_letters
        where dead_letters.fingerprint = wanted.fingerprint and dead_letters.queue = wanted.queue
        limit 1
      ) as letter
      """)

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
    return PostgresRequest(unlessThere ? adding : inserting, parameters)
  }

  private static let types: [PostgresType] = [
    .textArray, .textArray, .byteaArray, .timestamptzArray, .textArray, .textArray, .int4Array, .timestamptzArray,
    .textArray, .textArray, .textArray, .textArray, .byteaArray, .byteaArray, .byteaArray, .byteaArray, .textArray,
  ]
  private static let inserting = PostgresStatement(name: "dead_letters_insert", parameters: types, sql: insertion)
  private static let adding = PostgresStatement(
    name: "dead_letters_add", parameters: types,
    sql: "with added as (\(insertion) on conflict (id) do nothing returning 1) select count(*) from added")

  private static let insertion = """
    insert into dead_letters (
      queue, id, fingerprint, recorded_at, reason, detail, attempts, first_failed_at,
      tenant_id, command_type, command_source, command_id, exchange, routing_key, properties, body, replay_of)
    select *
    from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) as letter
    """
}
