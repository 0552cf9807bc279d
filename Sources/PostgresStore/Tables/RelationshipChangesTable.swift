import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// `relationship_changes`: what commits have changed in relationships and is not known to be replicated; and
/// `relationship_tokens`: how far each tenant is.
enum RelationshipChangesTable {
  static func insert(_ commits: [RelationshipCommit], identity: IdentitySource) -> PostgresRequest? {
    guard !commits.isEmpty else { return nil }
    let parts = commits.flatMap { $0.parts() }
    var parameters = PostgresParameters()
    parameters.append(array: parts.map(\.tenantID))
    parameters.append(array: parts.map { Int64($0.changes.count) })
    parameters.append(array: parts.map { RelationshipLines.text($0.changes) })
    return PostgresRequest(identity == .sequence ? inserting : insertingBehind, parameters)
  }

  /// Ids are drawn in the order of the parts, after those of all commits that this one has waited for.
  private static let inserting = PostgresStatement(
    name: "relationship_changes_insert", parameters: [.textArray, .int8Array, .textArray],
    sql: """
      insert into relationship_changes (tenant_id, change_count, changes)
      select e.tenant_id, e.change_count, e.changes
      from unnest($1, $2, $3) with ordinality as e (tenant_id, change_count, changes, place)
      order by e.place
      returning expect_increase(id, (select coalesce(max(id), 0) from relationship_changes))
      """)

  /// The same behind all that is there.
  private static let insertingBehind = PostgresStatement(
    name: "relationship_changes_insert_behind", parameters: [.textArray, .int8Array, .textArray],
    sql: """
      insert into relationship_changes (id, tenant_id, change_count, changes) overriding system value
      select (select coalesce(max(id), 0) from relationship_changes) + e.place, e.tenant_id, e.change_count, e.changes
      from unnest($1, $2, $3) with ordinality as e (tenant_id, change_count, changes, place)
      order by e.place
      """)

  static func oldest(except excluded: Set<TenantID>, limit: Int, bytes: Int) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(array: Array(excluded))
    parameters.append(Int64(limit))
    parameters.append(Int64(bytes))
    return PostgresRequest(selectingOldest, parameters)
  }

  private static let selectingOldest = PostgresStatement(
    name: "relationship_changes_oldest", parameters: [.textArray, .int8, .int8],
    sql: """
      select id, tenant_id, changes
      from (
        select *, sum(octet_length(changes)) over (order by id) - octet_length(changes) as bytes_before
        from (select * from relationship_changes where tenant_id <> all($1) order by id limit $2) as oldest
      ) as measured
      where bytes_before <= $3
      order by id
      """)

  static func entry(_ row: PostgresRow) throws(PostgresError) -> RelationshipEntry {
    RelationshipEntry(
      id: try row.int8(0),
      commit: RelationshipCommit(
        tenantID: try row.identifier(1), changes: try RelationshipLines.changes(try row.text(2))))
  }

  static func delete(_ ids: [RelationshipEntry.ID]) -> PostgresRequest? {
    guard !ids.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: ids)
    return PostgresRequest(deleting, parameters)
  }

  private static let deleting = PostgresStatement(
    name: "relationship_changes_delete", parameters: [.int8Array],
    sql: "delete from relationship_changes where id = any($1)")

  static func note(_ marks: [ReplicationMark]) -> PostgresRequest? {
    guard !marks.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: marks.map(\.tenantID))
    parameters.append(array: marks.map(\.token))
    parameters.append(array: marks.map(\.id))
    return PostgresRequest(noting, parameters)
  }

  private static let noting = PostgresStatement(
    name: "relationship_tokens_note", parameters: [.textArray, .textArray, .int8Array],
    sql: """
      insert into relationship_tokens (tenant_id, token, applied_id)
      select * from unnest($1, $2, $3)
      on conflict on constraint pk_relationship_tokens
      do update set token = excluded.token, applied_id = excluded.applied_id, applied_at = now()
      """)
}
