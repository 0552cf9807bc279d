import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// `begun_messages`: messages that are carried out with care, because a process may have died of them.
enum BegunMessagesTable {
  static func begin(_ fingerprint: [UInt8], in process: ULID, at now: Timestamp, queue: String) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(fingerprint)
    parameters.append(process)
    parameters.append(now)
    return PostgresRequest(beginning, parameters)
  }

  /// A process that begins a message again has not died of it: it counts once.
  private static let beginning = PostgresStatement(
    name: "begun_messages_begin", parameters: [.text, .bytea, .text, .timestamptz],
    sql: """
      insert into begun_messages as earlier (queue, fingerprint, process, processes, begun_at)
      values ($1, $2, $3, 1, $4)
      on conflict (queue, fingerprint) do update set
        processes = earlier.processes + case when earlier.process = excluded.process then 0 else 1 end,
        process = excluded.process, begun_at = excluded.begun_at
      returning processes, is_decodable
      """)

  static func noteDecoded(_ fingerprint: [UInt8], queue: String) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(fingerprint)
    return PostgresRequest(notingDecoded, parameters)
  }

  private static let notingDecoded = PostgresStatement(
    name: "begun_messages_note_decoded", parameters: [.text, .bytea],
    sql: "update begun_messages set is_decodable = true where queue = $1 and fingerprint = $2")

  static func delete(_ fingerprints: [[UInt8]], queue: String) -> PostgresRequest? {
    guard !fingerprints.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(array: fingerprints)
    return PostgresRequest(deleting, parameters)
  }

  private static let deleting = PostgresStatement(
    name: "begun_messages_delete", parameters: [.text, .byteaArray],
    sql: "delete from begun_messages where queue = $1 and fingerprint = any($2)")

  static func takeBack(of process: ULID, queue: String) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(process)
    return PostgresRequest(takingBack, parameters)
  }

  /// What other processes died of before still counts.
  private static let takingBack = PostgresStatement(
    name: "begun_messages_take_back", parameters: [.text, .text],
    sql: """
      update begun_messages set processes = processes - 1, process = '' where queue = $1 and process = $2
      """)

  /// Notes on messages that never came back: their queue was purged, or another program took them.
  static func deleteForgotten(queue: String) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(queue)
    return PostgresRequest(deletingForgotten, parameters)
  }

  private static let deletingForgotten = PostgresStatement(
    name: "begun_messages_delete_forgotten", parameters: [.text],
    sql: "delete from begun_messages where queue = $1 and begun_at < now() - interval '7 days'")
}
