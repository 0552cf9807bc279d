import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// `active_workers`: which process was active last for a queue, and whether it has crashed since while handling no
/// message.
enum ActiveWorkersTable {
  /// Makes a process the active one. Returns whether the previous one crashed while handling no message: all parts of a
  /// statement see the table as it was before.
  static func activate(_ process: ULID, at now: Timestamp, queue: String) -> PostgresRequest {
    PostgresRequest(
      "active_workers_activate",
      """
      with changed as (
        insert into active_workers (queue, process, since) values (\(queue), \(process), \(now))
        on conflict (queue) do update set process = excluded.process, since = excluded.since, died_of = null
      )
      select exists (select from active_workers where queue = \(queue) and died_of is not null) as is_unexplained
      """)
  }

  /// Records that the active process has crashed while handling no message.
  static func noteDeath(of process: ULID, by signal: Int, queue: String) -> PostgresRequest {
    PostgresRequest(
      "active_workers_note_death",
      """
      update active_workers set died_of = \(Int32(clamping: signal)) where queue = \(queue) and process = \(process)
      """)
  }
}
