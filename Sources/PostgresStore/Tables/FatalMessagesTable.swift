import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// `fatal_messages`: messages whose handling has crashed processes.
enum FatalMessagesTable {
  /// Only this many are read, the latest ones.
  private static let maximumCount: Int64 = 10_000

  /// Records a crash. A process crashes once, so recording it again does not count.
  static func noteDeath(
    of process: ULID, by signal: Int, message: FatalMessages.BodyHash, decoded: Bool, queue: String
  ) -> PostgresRequest {
    PostgresRequest(
      "fatal_messages_note",
      """
      insert into fatal_messages as earlier (queue, body_hash, process, signal, deaths, is_decodable, last_death_at)
      values (\(queue), \(message), \(process), \(Int32(clamping: signal)), 1, \(decoded), now())
      on conflict (queue, body_hash) do update set
        deaths = earlier.deaths + case when earlier.process = excluded.process then 0 else 1 end,
        process = excluded.process, signal = excluded.signal, is_decodable = excluded.is_decodable,
        last_death_at = excluded.last_death_at
      """)
  }

  static func all(queue: String) -> PostgresRequest {
    PostgresRequest(
      "fatal_messages_select",
      """
      select body_hash, deaths, is_decodable from fatal_messages
      where queue = \(queue) order by last_death_at desc limit \(maximumCount)
      """)
  }

  static func find(_ messages: [FatalMessages.BodyHash], queue: String) -> PostgresRequest {
    PostgresRequest(
      "fatal_messages_find",
      """
      select body_hash, deaths, is_decodable from fatal_messages
      where queue = \(queue) and body_hash = any(\(messages))
      """)
  }

  static func deaths(_ row: PostgresRow) throws(PostgresError) -> (FatalMessages.BodyHash, FatalMessages.Deaths) {
    let deaths = FatalMessages.Deaths(count: Int(try row.int4("deaths")), isDecodable: try row.bool("is_decodable"))
    return (try row.bytea("body_hash"), deaths)
  }

  static func delete(_ messages: [FatalMessages.BodyHash], queue: String) -> PostgresRequest? {
    guard !messages.isEmpty else { return nil }
    return PostgresRequest(
      "fatal_messages_delete", "delete from fatal_messages where queue = \(queue) and body_hash = any(\(messages))")
  }

  /// Deletes messages that never came back: their queue was purged, or another program took them.
  static func deleteForgotten(queue: String) -> PostgresRequest {
    PostgresRequest(
      "fatal_messages_delete_forgotten",
      "delete from fatal_messages where queue = \(queue) and last_death_at < now() - interval '7 days'")
  }
}
