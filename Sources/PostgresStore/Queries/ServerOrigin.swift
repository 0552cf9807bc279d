import PostgresClient
import UnitOfWork

/// Asks a server whether it is a replica, and how far it lags behind, as far as the server knows.
enum ServerOrigin {
  /// If all that was received is replayed, the lag is 0, however long ago that was: the primary has sent nothing else.
  /// That holds only while the replica is connected to the primary; after that, the time of the last commit counts.
  static let request = PostgresRequest(
    "server_origin",
    """
    select pg_is_in_recovery() as is_replica, case
      when not pg_is_in_recovery() then null
      when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() and exists (select from pg_stat_wal_receiver) then 0
      else extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000 end::bigint as lag
    """)

  static func origin(_ rows: PostgresRows) throws(PostgresError) -> DatedSnapshot.Origin {
    guard let row = rows.first else { throw .decoding(reason: "no row says whether the server is a replica") }
    guard try row.bool("is_replica") else { return .primary }
    return .replica(lag: try row.optionalInt8("lag").map { .milliseconds(max(0, $0)) })
  }
}
