import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// `relationship_changes`: changes of relationships that were committed and are not known to be replicated; and
/// `relationship_tokens`: how far each tenant is replicated.
enum RelationshipChangesTable {
  static func insert(_ commits: [RelationshipCommit], identity: IdentitySource) -> PostgresRequest? {
    guard !commits.isEmpty else { return nil }
    let parts = commits.flatMap { $0.parts() }
    let given: PostgresQuery = """
      unnest(
        \(parts.map(\.tenantID)), \(parts.map { Int64($0.changes.count) }), \(parts.map { RelationshipLines.text($0.changes) })
      ) with ordinality as e (tenant_id, change_count, changes, place)
      """
    switch identity {
    case .sequence:
      // Ids are drawn in the order of the parts, after those of all commits that this one has waited for.
      return PostgresRequest(
        "relationship_changes_insert",
        """
        insert into relationship_changes (tenant_id, change_count, changes)
        select e.tenant_id, e.change_count, e.changes from \(given) order by e.place
        returning expect_increase(id, (select coalesce(max(id), 0) from relationship_changes))
        """)
    case .table:
      return PostgresRequest(
        "relationship_changes_insert_behind",
        """
        insert into relationship_changes (id, tenant_id, change_count, changes) overriding system value
        select (select coalesce(max(id), 0) from relationship_changes) + e.place, e.tenant_id, e.change_count, e.changes
        from \(given) order by e.place
        """)
    }
  }

  static func oldest(except excluded: Set<TenantID>, limit: Int, bytes: Int) -> PostgresRequest {
    PostgresRequest(
      "relationship_changes_oldest",
      """
      select id, tenant_id, changes
      from (
        select *, sum(octet_length(changes)) over (order by id) - octet_length(changes) as bytes_before
        from (
          select * from relationship_changes where tenant_id <> all(\(Array(excluded))) order by id limit \(Int64(limit))
        ) as oldest
      ) as measured
      where bytes_before <= \(Int64(bytes))
      order by id
      """)
  }

  static func entry(_ row: PostgresRow) throws(PostgresError) -> RelationshipEntry {
    RelationshipEntry(
      id: try row.int8("id"),
      commit: RelationshipCommit(
        tenantID: try row.identifier("tenant_id"), changes: try RelationshipLines.changes(try row.text("changes"))))
  }

  /// How far tenants are replicated, as one statement sees it. Each tenant is looked up by itself, however large the
  /// tables are.
  static func progress(of tenants: Set<TenantID>) -> PostgresRequest {
    PostgresRequest(
      "relationship_changes_progress",
      """
      select
        asked.id as tenant_id,
        (select event_sequence from tenants where id = asked.id) as sequence,
        (select token from relationship_tokens where tenant_id = asked.id) as token,
        exists (select from relationship_changes where tenant_id = asked.id) as is_waiting
      from unnest(\(Array(tenants))) as asked (id)
      """)
  }

  static func progress(_ row: PostgresRow) throws(PostgresError) -> (tenantID: TenantID, TenantReplication) {
    (
      try row.identifier("tenant_id"),
      TenantReplication(
        sequence: try row.optionalInt8("sequence"), isWaiting: try row.bool("is_waiting"),
        token: try row.optionalText("token"))
    )
  }

  static func delete(_ ids: [RelationshipEntry.ID]) -> PostgresRequest? {
    guard !ids.isEmpty else { return nil }
    return PostgresRequest("relationship_changes_delete", "delete from relationship_changes where id = any(\(ids))")
  }

  static func note(_ marks: [ReplicationMark]) -> PostgresRequest? {
    guard !marks.isEmpty else { return nil }
    return PostgresRequest(
      "relationship_tokens_note",
      """
      insert into relationship_tokens (tenant_id, token, applied_id)
      select * from unnest(\(marks.map(\.tenantID)), \(marks.map(\.token)), \(marks.map(\.id)))
      on conflict on constraint pk_relationship_tokens
      do update set token = excluded.token, applied_id = excluded.applied_id, applied_at = now()
      """)
  }

  static func move(to token: String) -> PostgresRequest {
    PostgresRequest("relationship_tokens_move", "update relationship_tokens set token = \(token)")
  }
}
