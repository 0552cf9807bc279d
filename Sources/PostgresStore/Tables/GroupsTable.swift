import PostgresClient
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// `groups`: the groups of users of every tenant.
enum GroupsTable {
  // MARK: Reading

  static func find(ids: Set<GroupID>) -> SnapshotQuery? {
    guard !ids.isEmpty else { return nil }
    let request = PostgresRequest(
      "groups_find_ids", "select \(raw: columns) from groups g where g.id = any(\(Array(ids)))")
    return SnapshotQuery(request: request, read: addGroups)
  }

  static func find(names: Set<TenantName>) -> SnapshotQuery? {
    guard !names.isEmpty else { return nil }
    let request = PostgresRequest(
      "groups_find_names",
      """
      select \(raw: columns)
      from unnest(\(names.map(\.tenantID)), \(names.map(\.name))) as wanted (tenant_id, name)
      cross join lateral (
        select * from groups where groups.tenant_id = wanted.tenant_id and groups.name = wanted.name offset 0
      ) as g
      """)
    return SnapshotQuery(request: request, read: addGroups)
  }

  /// Groups of tenants, up to the limit and one more, which shows that there are others. Leaves out tenants that have
  /// workspaces below their root: these are not deleted in this unit of work, so their groups don't matter.
  static func find(of tenants: Set<TenantID>, limit: Int) -> SnapshotQuery? {
    guard !tenants.isEmpty else { return nil }
    let request = PostgresRequest(
      "groups_find_of_tenants",
      """
      select \(raw: columns)
      from groups g
      where g.tenant_id = any(\(Array(tenants))) and not exists (
        select from workspaces w where w.tenant_id = g.tenant_id and w.parent_workspace_id is not null
      )
      limit \(Int64(limit) + 1)
      """)
    return SnapshotQuery(request: request) { rows, snapshot throws(PostgresError) in
      try addGroups(rows, &snapshot)
      snapshot.hasMoreGroups = rows.count > limit
    }
  }

  /// An admin of the tenant views all of its groups, any other user those that the user is in; without a viewer, all.
  static func list(_ pages: Set<GroupPageKey>) -> SnapshotQuery? {
    guard !pages.isEmpty else { return nil }
    let keys = Array(pages)
    let request = PostgresRequest(
      "groups_list",
      """
      select \(raw: columns), page.number
      from (
        select wanted.*, wanted.viewer is null or exists (
          select from tenant_members m
          where m.tenant_id = wanted.tenant_id and m.user_id = wanted.viewer and m.role = 'admin'
        ) as is_whole
        from unnest(
          \(keys.map(\.tenantID)), \(keys.map { $0.viewer?.text }), \(keys.map { $0.after?.description ?? "" }),
          \(keys.map { Int64(max(0, $0.limit)) })
        ) with ordinality as wanted (tenant_id, viewer, after, size, number)
      ) as page
      cross join lateral (
        (
          select * from groups
          where page.is_whole and groups.tenant_id = page.tenant_id and groups.id > page.after
          order by groups.id
          limit page.size
        )
        union all
        (
          select groups.*
          from group_members m
          join groups on groups.id = m.group_id
          where not page.is_whole and m.tenant_id = page.tenant_id and m.user_id = page.viewer and m.group_id > page.after
          order by m.group_id
          limit page.size
        )
      ) as g
      order by page.number, g.id
      """)
    return SnapshotQuery(request: request) { rows, snapshot throws(PostgresError) in
      for key in keys { snapshot.groupPages[key] = [] }
      for row in rows {
        let group = try group(row)
        snapshot.groups[group.id] = group
        snapshot.groupPages[keys[try row.count("number") - 1], default: []].append(group.id)
      }
    }
  }

  private static let columns = "g.id, g.tenant_id, g.name, g.created_at, g.updated_at, g.version"

  private static func group(_ row: PostgresRow) throws(PostgresError) -> Group {
    Group(
      id: try row.identifier("id"), tenantID: try row.identifier("tenant_id"),
      name: GroupName(stored: try row.text("name")),
      createdAt: try row.moment("created_at"), updatedAt: try row.moment("updated_at"), version: try row.int8("version")
    )
  }

  private static func addGroups(_ rows: PostgresRows, _ snapshot: inout Snapshot) throws(PostgresError) {
    for row in rows {
      let group = try group(row)
      snapshot.groups[group.id] = group
    }
  }

  // MARK: Writing

  static func insert(_ groups: [Group]) -> PostgresRequest? {
    guard !groups.isEmpty else { return nil }
    return PostgresRequest(
      "groups_insert",
      """
      insert into groups (id, tenant_id, name, created_at, updated_at, version)
      select * from unnest(
        \(groups.map(\.id)), \(groups.map(\.tenantID)), \(groups.map(\.name)), \(groups.map(\.createdAt)),
        \(groups.map(\.updatedAt)), \(groups.map(\.version)))
      """)
  }

  static func delete(_ groups: [WriteSet.Versioned<GroupID>]) -> PostgresRequest? {
    guard !groups.isEmpty else { return nil }
    let ids = SharedArray(groups.map(\.id))
    return PostgresRequest(
      "groups_delete",
      """
      with changed as (
        delete from groups using unnest(\(ids), \(groups.map(\.version))) as change (id, version)
        where groups.id = any(\(ids)) and groups.id = change.id and groups.version = change.version
        returning 1
      )
      select expect_rows((select count(*) from changed), \(Int64(groups.count)))
      """)
  }

  /// Writes every column that can change.
  static func update(_ groups: [WriteSet.Updated<Group>]) -> PostgresRequest? {
    guard !groups.isEmpty else { return nil }
    let ids = SharedArray(groups.map(\.aggregate.id))
    return PostgresRequest(
      "groups_update",
      """
      with changed as (
        update groups
        set name = change.name, updated_at = change.updated_at, version = change.version
        from unnest(
          \(ids), \(groups.map(\.readVersion)), \(groups.map(\.aggregate.name)), \(groups.map(\.aggregate.updatedAt)),
          \(groups.map(\.aggregate.version))
        ) as change (id, read_version, name, updated_at, version)
        where groups.id = any(\(ids)) and groups.id = change.id and groups.version = change.read_version
        returning 1
      )
      select expect_rows((select count(*) from changed), \(Int64(groups.count)))
      """)
  }

  /// Releases names that pass from one group to another: PostgreSQL checks uniqueness row by row. The interim names
  /// begin with a control character, as no valid name does.
  static func releaseNames(_ groups: [WriteSet.Updated<Group>]) -> PostgresRequest? {
    guard groups.count > 1 else { return nil }
    let ids = SharedArray(groups.map(\.aggregate.id))
    return PostgresRequest(
      "groups_release_names",
      """
      update groups set name = chr(1) || groups.id
      from unnest(\(ids), \(groups.map(\.aggregate.tenantID)), \(groups.map(\.aggregate.name))) as wanted (id, tenant_id, name)
      where groups.tenant_id = wanted.tenant_id and groups.name = wanted.name
        and groups.id <> wanted.id and groups.id = any(\(ids))
      """)
  }
}
