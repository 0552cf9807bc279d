import PostgresClient
import UnitOfWork
import WorkspaceDomain

extension InboxTable {
  static func removeExpired(
    olderThan retention: Duration, at now: Timestamp, from start: Timestamp?, limit: Int
  ) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(start)
    parameters.append(now.cutoff(retention))
    parameters.append(retention.milliseconds)
    parameters.append(Int64(max(0, limit)))
    return PostgresRequest(removing, parameters)
  }

  /// Reads `limit` entries of the index from `start` on, however many rows the table has. Without a start it would
  /// pass all entries whose rows are removed and not vacuumed yet, at each step more of them.
  ///
  /// SKIP LOCKED works below LIMIT: rows that another transaction holds don't count, and a step that finds less than
  /// its limit has seen everything. Of two steps at a time the second skips what the first is removing.
  private static let removing = PostgresStatement(
    name: "inbox_remove_expired", parameters: [.timestamptz, .timestamptz, .int8, .int8],
    sql: """
      with removed as (
        delete from inbox
        where ctid = any (array(
          select ctid from inbox
          where recorded_at >= coalesce($1, '-infinity')
            and recorded_at < least($2, now() - $3 * interval '1 millisecond')
          order by recorded_at
          limit $4
          for update skip locked
        ))
        returning recorded_at
      )
      select count(*), max(recorded_at) from removed
      """)
}
