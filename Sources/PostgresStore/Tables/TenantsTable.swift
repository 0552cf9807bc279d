import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// `tenants`: the known tenants, and the number of each one's last event.
enum TenantsTable {
  /// Locks the rows of `tenants` until the end of the transaction, always in the same order, so that two workers never
  /// wait for each other. Commits that this statement waited for are visible to the statements after it, since under
  /// READ COMMITTED each has a snapshot of its own.
  static func lock(_ tenants: Set<TenantID>) -> SnapshotQuery? {
    guard !tenants.isEmpty else { return nil }
    let request = PostgresRequest(
      "tenants_lock", "select id, event_sequence from tenants where id = any(\(Array(tenants))) order by id for update")
    return SnapshotQuery(request: request, read: addTenants)
  }

  /// Reads the same rows without locking them, and waits for no other session.
  static func find(_ tenants: Set<TenantID>) -> SnapshotQuery? {
    guard !tenants.isEmpty else { return nil }
    let request = PostgresRequest(
      "tenants_find", "select id, event_sequence from tenants where id = any(\(Array(tenants)))")
    return SnapshotQuery(request: request, read: addTenants)
  }

  private static func addTenants(_ rows: PostgresRows, _ snapshot: inout Snapshot) throws(PostgresError) {
    for row in rows { snapshot.tenants[try row.identifier("id")] = try row.int8("event_sequence") }
  }

  /// Inserts in the order of ids: a worker that waits for another's uncommitted tenant holds none that the other
  /// is going to wait for.
  static func insert(_ sequences: [TenantID: Int64]) -> PostgresRequest? {
    guard !sequences.isEmpty else { return nil }
    let sorted = sequences.sorted { $0.key < $1.key }
    return PostgresRequest(
      "tenants_insert",
      """
      insert into tenants (id, event_sequence)
      select id, event_sequence from unnest(\(sorted.map(\.key)), \(sorted.map(\.value))) as added (id, event_sequence)
      """)
  }

  static func update(_ sequences: [TenantID: Int64]) -> PostgresRequest? {
    guard !sequences.isEmpty else { return nil }
    let sorted = sequences.sorted { $0.key < $1.key }
    let ids = SharedArray(sorted.map(\.key))
    return PostgresRequest(
      "tenants_update",
      """
      with changed as (
        update tenants set event_sequence = change.event_sequence
        from unnest(\(ids), \(sorted.map(\.value))) as change (id, event_sequence)
        where tenants.id = any(\(ids)) and tenants.id = change.id
        returning 1
      )
      select expect_rows((select count(*) from changed), \(Int64(sorted.count)))
      """)
  }
}
