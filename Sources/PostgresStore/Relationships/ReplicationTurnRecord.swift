import PostgresClient

/// Who has written relationships to the replica last, and whether these writes have all ended: a row of
/// `lease_holders`. The turn itself is an advisory lock. `backend_id`, the server's process, is 0 after a good end.
enum ReplicationTurnRecord {
  /// In place of a queue, whose name would contain a slash.
  private static let name = "relationships"

  /// Sees the row as it was before. An earlier version left no row, but a token for each tenant that it wrote.
  static func begin(host: String, process: Int32) -> PostgresRequest {
    PostgresRequest(
      "relationships_begin_writing",
      """
      with previous as (select backend_id from lease_holders where queue = \(name))
      insert into lease_holders (queue, host, process_id, backend_id, broker_cluster, broker_address, since)
      values (\(name), \(host), \(process), pg_backend_pid(), '', '', now())
      on conflict (queue) do update set
        host = excluded.host, process_id = excluded.process_id, backend_id = excluded.backend_id, since = excluded.since
      returning coalesce(
        (select backend_id = 0 from previous), not exists (select from relationship_tokens)) as was_handed_over
      """)
  }

  static var end: PostgresRequest {
    PostgresRequest(
      "relationships_end_writing",
      "update lease_holders set backend_id = 0 where queue = \(name) and backend_id = pg_backend_pid()")
  }
}
