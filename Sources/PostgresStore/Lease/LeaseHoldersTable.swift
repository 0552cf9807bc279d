import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// `lease_holders`: who holds the lease of a queue.
enum LeaseHoldersTable {
  static func announce(_ process: LeaseHolder.Process, queue: String) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(process.host)
    parameters.append(process.id)
    parameters.append(process.broker.cluster)
    parameters.append(process.broker.address)
    parameters.append(process.since)
    return PostgresRequest(announcing, parameters)
  }

  private static let announcing = PostgresStatement(
    name: "lease_holders_announce", parameters: [.text, .text, .int4, .text, .text, .timestamptz],
    sql: """
      insert into lease_holders (queue, host, process_id, backend_id, broker_cluster, broker_address, since)
      values ($1, $2, $3, pg_backend_pid(), $4, $5, $6)
      on conflict (queue) do update set
        host = excluded.host, process_id = excluded.process_id, backend_id = excluded.backend_id,
        broker_cluster = excluded.broker_cluster, broker_address = excluded.broker_address, since = excluded.since
      """)

  static func find(_ key: AdvisoryLockKey, queue: String) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(key.number)
    parameters.append(queue)
    return PostgresRequest(finding, parameters)
  }

  /// A key of eight bytes stands in two columns (PostgreSQL manual, "pg_locks"). Of another role's session there is less
  /// to see: it counts as alive then.
  private static let finding = PostgresStatement(
    name: "lease_holders_find", parameters: [.int8, .text],
    sql: """
      select lock.pid, coalesce(session.wait_event = 'SyncRep', false),
        greatest(0, coalesce(extract(epoch from clock_timestamp() - session.state_change) * 1000, 0))::bigint,
        holder.host, holder.process_id, holder.broker_cluster, holder.broker_address, holder.since
      from pg_locks as lock
      left join pg_stat_activity as session on session.pid = lock.pid
      left join lease_holders as holder on holder.queue = $2 and holder.backend_id = lock.pid
      where lock.locktype = 'advisory' and lock.granted and lock.objsubid = 1
        and lock.database = (select oid from pg_database where datname = current_database())
        and lock.classid::bigint = ($1 >> 32) & 4294967295 and lock.objid::bigint = $1 & 4294967295
      """)

  static func holder(_ row: PostgresRow) throws(PostgresError) -> LeaseHolder {
    var process: LeaseHolder.Process?
    if let host = try row.optionalText(3) {
      process = LeaseHolder.Process(
        host: host, id: try row.int4(4), broker: .init(cluster: try row.text(5), address: try row.text(6)),
        since: try row.moment(7))
    }
    return LeaseHolder(
      session: try row.int4(0), process: process, silence: .milliseconds(try row.int8(2)),
      awaitsReplication: try row.bool(1))
  }
}
