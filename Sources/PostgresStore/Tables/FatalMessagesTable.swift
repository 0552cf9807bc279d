import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// `fatal_messages`: messages that processes have died of.
enum FatalMessagesTable {
  /// More are not looked at: the latest count.
  private static let maximumCount = 10_000

  static func noteDeath(
    of process: ULID, by signal: Int, message: FatalMessages.BodyHash, decoded: Bool, queue: String
  ) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(message)
    parameters.append(process)
    parameters.append(Int32(clamping: signal))
    parameters.append(decoded)
    return PostgresRequest(noting, parameters)
  }

  /// A process dies once.
  private static let noting = PostgresStatement(
    name: "fatal_messages_note", parameters: [.text, .bytea, .text, .int4, .bool],
    sql: """
      insert into fatal_messages as earlier (queue, body_hash, process, signal, deaths, is_decodable, last_death_at)
      values ($1, $2, $3, $4, 1, $5, now())
      on conflict (queue, body_hash) do update set
        deaths = earlier.deaths + case when earlier.process = excluded.process then 0 else 1 end,
        process = excluded.process, signal = excluded.signal, is_decodable = excluded.is_decodable,
        last_death_at = excluded.last_death_at
      """)

  static func all(queue: String) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(Int64(maximumCount))
    return PostgresRequest(selecting, parameters)
  }

  private static let selecting = PostgresStatement(
    name: "fatal_messages_select", parameters: [.text, .int8],
    sql: """
      select body_hash, deaths, is_decodable from fatal_messages where queue = $1 order by last_death_at desc limit $2
      """)

  static func deaths(_ row: PostgresRow) throws(PostgresError) -> (FatalMessages.BodyHash, FatalMessages.Deaths) {
    (try row.bytea(0), FatalMessages.Deaths(count: Int(try row.int4(1)), isDecodable: try row.bool(2)))
  }

  static func delete(_ messages: [FatalMessages.BodyHash], queue: String) -> PostgresRequest? {
    guard !messages.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(array: messages)
    return PostgresRequest(deleting, parameters)
  }

  private static let deleting = PostgresStatement(
    name: "fatal_messages_delete", parameters: [.text, .byteaArray],
    sql: "delete from fatal_messages where queue = $1 and body_hash = any($2)")

  /// Messages that never came back: their queue was purged, or another program took them.
  static func deleteForgotten(queue: String) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(queue)
    return PostgresRequest(deletingForgotten, parameters)
  }

  private static let deletingForgotten = PostgresStatement(
    name: "fatal_messages_delete_forgotten", parameters: [.text],
    sql: "delete from fatal_messages where queue = $1 and last_death_at < now() - interval '7 days'")
}
