import PostgresClient
import UnitOfWork
import WorkspaceDomain

extension DeadLettersTable {
  static func removeExpired(
    olderThan retention: Duration, at now: Timestamp, from start: Timestamp?, limit: Int
  ) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(ULID.first(at: start ?? Timestamp(milliseconds: 0)))
    parameters.append(ULID.first(at: now.cutoff(retention)))
    parameters.append(retention.milliseconds)
    parameters.append(Int64(max(0, limit)))
    return PostgresRequest(removing, parameters)
  }

  /// As the removal from the inbox; but here the primary key has the order of recording.
  private static let removing = PostgresStatement(
    name: "dead_letters_remove_expired", parameters: [.text, .text, .int8, .int8],
    sql: """
      with removed as (
        delete from dead_letters
        where ctid = any (array(
          select ctid from dead_letters
          where id >= $1 and id < $2 and recorded_at < now() - $3 * interval '1 millisecond'
          order by id
          limit $4
          for update skip locked
        ))
        returning recorded_at
      )
      select count(*), max(recorded_at) from removed
      """)
}

extension ULID {
  /// The smallest id of a moment.
  static func first(at time: Timestamp) -> ULID {
    ULID(milliseconds: UInt64(clamping: time.milliseconds), randomness: .init(high: 0, low: 0))
  }
}
