import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// `active_workers`: which process was active last for a queue, and whether it has ended itself since.
enum ActiveWorkersTable {
  /// Answers whether the process before ended itself with no message in hand.
  static func activate(_ process: ULID, at now: Timestamp, queue: String) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(process)
    parameters.append(now)
    return PostgresRequest(activating, parameters)
  }

  /// All parts of a statement see the table as it was before.
  private static let activating = PostgresStatement(
    name: "active_workers_activate", parameters: [.text, .text, .timestamptz],
    sql: """
      with changed as (
        insert into active_workers (queue, process, since) values ($1, $2, $3)
        on conflict (queue) do update set process = excluded.process, since = excluded.since, died_of = null
      )
      select exists (select from active_workers where queue = $1 and died_of is not null)
      """)

  /// The active process has ended itself with no message in hand.
  static func noteDeath(of process: ULID, by signal: Int, queue: String) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(process)
    parameters.append(Int32(clamping: signal))
    return PostgresRequest(notingDeath, parameters)
  }

  private static let notingDeath = PostgresStatement(
    name: "active_workers_note_death", parameters: [.text, .text, .int4],
    sql: "update active_workers set died_of = $3 where queue = $1 and process = $2")
}
