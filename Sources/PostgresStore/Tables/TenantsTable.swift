import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// `tenants`: who is known, and the number of each one's last event.
enum TenantsTable {
  /// Locks the rows of `tenants` until the end of the transaction, always in the same order, so that two workers never
  /// wait for each other. What this waited for is visible to the statements after it, for under READ COMMITTED each
  /// has a snapshot of its own.
  static func lock(_ tenants: Set<TenantID>) -> SnapshotQuery? {
    guard !tenants.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: Array(tenants))
    return SnapshotQuery(request: PostgresRequest(locking, parameters), read: addTenants)
  }

  private static let locking = PostgresStatement(
    name: "tenants_lock", parameters: [.textArray],
    sql: "select id, event_sequence from tenants where id = any($1) order by id for update")

  /// Reads the same, and waits for nobody.
  static func find(_ tenants: Set<TenantID>) -> SnapshotQuery? {
    guard !tenants.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: Array(tenants))
    return SnapshotQuery(request: PostgresRequest(finding, parameters), read: addTenants)
  }

  private static let finding = PostgresStatement(
    name: "tenants_find", parameters: [.textArray], sql: "select id, event_sequence from tenants where id = any($1)")

  private static func addTenants(_ rows: PostgresRows, _ snapshot: inout Snapshot) throws(PostgresError) {
    for row in rows { snapshot.tenants[try row.identifier(0)] = try row.int8(1) }
  }

  /// Inserts in the order of ids: a worker that waits for another's uncommitted tenant holds none that the other
  /// is going to wait for.
  static func insert(_ sequences: [TenantID: Int64]) -> PostgresRequest? {
    request(inserting, sequences)
  }

  private static let inserting = PostgresStatement(
    name: "tenants_insert", parameters: [.textArray, .int8Array],
    sql: """
      insert into tenants (id, event_sequence)
      select id, event_sequence from unnest($1, $2) as added (id, event_sequence)
      """)

  static func update(_ sequences: [TenantID: Int64]) -> PostgresRequest? {
    request(updating, sequences)
  }

  private static let updating = PostgresStatement(
    name: "tenants_update", parameters: [.textArray, .int8Array],
    sql: """
      with changed as (
        update tenants set event_sequence = change.event_sequence
        from unnest($1, $2) as change (id, event_sequence)
        where tenants.id = any($1) and tenants.id = change.id
        returning 1
      )
      select expect_rows((select count(*) from changed), cardinality($1))
      """)

  private static func request(_ statement: PostgresStatement, _ sequences: [TenantID: Int64]) -> PostgresRequest? {
    guard !sequences.isEmpty else { return nil }
    let sorted = sequences.sorted { $0.key < $1.key }
    var parameters = PostgresParameters()
    parameters.append(array: sorted.map(\.key))
    parameters.append(array: sorted.map(\.value))
    return PostgresRequest(statement, parameters)
  }
}
