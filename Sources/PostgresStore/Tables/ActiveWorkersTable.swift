import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// `active_workers`: which process was active last for a queue.
enum ActiveWorkersTable {
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
        on conflict (queue) do update set process = excluded.process, since = excluded.since
      )
      select exists (select from active_workers where queue = $1 and process <> $2)
      """)

  static func end(of process: ULID, queue: String) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(process)
    return PostgresRequest(ending, parameters)
  }

  private static let ending = PostgresStatement(
    name: "active_workers_end", parameters: [.text, .text],
    sql: "update active_workers set process = null where queue = $1 and process = $2")
}
