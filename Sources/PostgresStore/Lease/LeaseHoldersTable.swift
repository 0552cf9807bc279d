import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// `lease_holders`: who holds the lease of a queue.
enum LeaseHoldersTable {
  static func announce(_ process: LeaseHolder.Process, queue: String) -> PostgresRequest {
    PostgresRequest(
      "lease_holders_announce",
      """
      insert into lease_holders (queue, host, process_id, backend_id, broker_cluster, broker_address, since)
      values (\(queue), \(process.host), \(process.id), pg_backend_pid(), \(process.broker.cluster),
        \(process.broker.address), \(process.since))
      on conflict (queue) do update set
        host = excluded.host, process_id = excluded.process_id, backend_id = excluded.backend_id,
        broker_cluster = excluded.broker_cluster, broker_address = excluded.broker_address, since = excluded.since
      """)
  }

  /// A key of eight bytes is split into two columns (PostgreSQL manual, "pg_locks"). The state of another role's
  /// session may be hidden: it then counts as alive.
  static func find(_ key: AdvisoryLockKey, queue: String) -> PostgresRequest {
    PostgresRequest(
      "lease_holders_find",
      """
      select lock.pid, coalesce(session.wait_event = 'SyncRep', false) as awaits_replication,
        greatest(0, coalesce(extract(epoch from clock_timestamp() - session.state_change) * 1000, 0))::bigint as silence,
        holder.host, holder.process_id, holder.broker_cluster, holder.broker_address, holder.since
      from pg_locks as lock
      left join pg_stat_activity as session on session.pid = lock.pid
      left join lease_holders as holder on holder.queue = \(queue) and holder.backend_id = lock.pid
      where lock.locktype = 'advisory' and lock.granted and lock.objsubid = 1
        and lock.database = (select oid from pg_database where datname = current_database())
        and lock.classid::bigint = (\(key) >> 32) & 4294967295 and lock.objid::bigint = \(key) & 4294967295
      """)
  }

  static func holder(_ row: PostgresRow) throws(PostgresError) -> LeaseHolder {
    var process: LeaseHolder.Process?
    if let host = try row.optionalText("host") {
      process = LeaseHolder.Process(
        host: host, id: try row.int4("process_id"),
        broker: .init(cluster: try row.text("broker_cluster"), address: try row.text("broker_address")),
        since: try row.moment("since"))
    }
    return LeaseHolder(
      session: try row.int4("pid"), process: process, silence: .milliseconds(try row.int8("silence")),
      awaitsReplication: try row.bool("awaits_replication"))
  }
}
