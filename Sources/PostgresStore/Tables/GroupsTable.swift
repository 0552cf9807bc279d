import PostgresClient
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// `groups`: the groups of users of every tenant.
enum GroupsTable {
  static func find(ids: Set<GroupID>) -> SnapshotQuery? {
    guard !ids.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: Array(ids))
    return SnapshotQuery(request: PostgresRequest(findingIDs, parameters), read: addGroups)
  }

  private static let findingIDs = PostgresStatement(
    name: "groups_find_ids", parameters: [.textArray], sql: "select \(columns) from groups g where g.id = any($1)")

  static func find(names: Set<TenantName>) -> SnapshotQuery? {
    guard !names.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: names.map(\.tenantID))
    parameters.append(array: names.map(\.name))
    return SnapshotQuery(request: PostgresRequest(findingNames, parameters), read: addGroups)
  }

  private static let findingNames = PostgresStatement(
    name: "groups_find_names", parameters: [.textArray, .textArray],
    sql: """
      select \(columns)
      from unnest($1, $2) as wanted (tenant_id, name)
      cross join lateral (
        select * from groups where groups.tenant_id = wanted.tenant_id and groups.name = wanted.name offset 0
      ) as g
      """)

  static func find(of tenants: Set<TenantID>) -> SnapshotQuery? {
    guard !tenants.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: Array(tenants))
    return SnapshotQuery(request: PostgresRequest(findingOfTenants, parameters), read: addGroups)
  }

  /// Of a tenant that has workspaces below its root the groups are no matter: it does not go.
  private static let findingOfTenants = PostgresStatement(
    name: "groups_find_of_tenants", parameters: [.textArray],
    sql: """
      select \(columns)
      from groups g
      where g.tenant_id = any($1) and not exists (
        select from workspaces w where w.tenant_id = g.tenant_id and w.parent_workspace_id is not null
      )
      """)

  static func list(_ pages: Set<GroupPageKey>) -> SnapshotQuery? {
    guard !pages.isEmpty else { return nil }
    let keys = Array(pages)
    var parameters = PostgresParameters()
    parameters.append(array: keys.map(\.tenantID))
    parameters.append(array: keys.map { $0.viewer?.text })
    parameters.append(array: keys.map { $0.after?.description ?? "" })
    parameters.append(array: keys.map { Int64(max(0, $0.limit)) })
    return SnapshotQuery(request: PostgresRequest(listing, parameters)) { rows, snapshot throws(PostgresError) in
      for key in keys { snapshot.groupPages[key] = [] }
      for row in rows {
        let group = try group(row)
        snapshot.groups[group.id] = group
        snapshot.groupPages[keys[Int(try row.int8(6)) - 1], default: []].append(group.id)
      }
    }
  }

  /// Who administrates the tenant views all of its groups, others those that they are in.
  private static let listing = PostgresStatement(
    name: "groups_list", parameters: [.textArray, .textArray, .textArray, .int8Array],
    sql: """
      select \(columns), page.number
      from (
        select wanted.*, wanted.viewer is null or exists (
          select from tenant_members m
          where m.tenant_id = wanted.tenant_id and m.user_id = wanted.viewer and m.role = 'admin'
        ) as is_whole
        from unnest($1, $2, $3, $4) with ordinality as wanted (tenant_id, viewer, after, size, number)
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

  static func insert(_ groups: [Group]) -> PostgresRequest? {
    guard !groups.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: groups.map(\.id))
    parameters.append(array: groups.map(\.tenantID))
    parameters.append(array: groups.map(\.name))
    parameters.append(array: groups.map(\.createdAt))
    parameters.append(array: groups.map(\.updatedAt))
    parameters.append(array: groups.map(\.version))
    return PostgresRequest(inserting, parameters)
  }

  private static let inserting = PostgresStatement(
    name: "groups_insert",
    parameters: [.textArray, .textArray, .textArray, .timestamptzArray, .timestamptzArray, .int8Array],
    sql: """
      insert into groups (id, tenant_id, name, created_at, updated_at, version)
      select * from unnest($1, $2, $3, $4, $5, $6)
      """)

  static func delete(_ groups: [WriteSet.Versioned<GroupID>]) -> PostgresRequest? {
    guard !groups.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: groups.map(\.id))
    parameters.append(array: groups.map(\.version))
    return PostgresRequest(deleting, parameters)
  }

  private static let deleting = PostgresStatement(
    name: "groups_delete", parameters: [.textArray, .int8Array],
    sql: """
      with changed as (
        delete from groups using unnest($1, $2) as change (id, version)
        where groups.id = any($1) and groups.id = change.id and groups.version = change.version
        returning 1
      )
      select expect_rows((select count(*) from changed), cardinality($1))
      """)

  /// Writes every column that can change.
  static func update(_ groups: [WriteSet.Updated<Group>]) -> PostgresRequest? {
    guard !groups.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: groups.map(\.aggregate.id))
    parameters.append(array: groups.map(\.readVersion))
    parameters.append(array: groups.map(\.aggregate.name))
    parameters.append(array: groups.map(\.aggregate.updatedAt))
    parameters.append(array: groups.map(\.aggregate.version))
    return PostgresRequest(updating, parameters)
  }

  private static let updating = PostgresStatement(
    name: "groups_update", parameters: [.textArray, .int8Array, .textArray, .timestamptzArray, .int8Array],
    sql: """
      with changed as (
        update groups
        set name = change.name, updated_at = change.updated_at, version = change.version
        from unnest($1, $2, $3, $4, $5) as change (id, read_version, name, updated_at, version)
        where groups.id = any($1) and groups.id = change.id and groups.version = change.read_version
        returning 1
      )
      select expect_rows((select count(*) from changed), cardinality($1))
      """)

  /// Gives names up that pass from one group to another: PostgreSQL checks uniqueness row by row.
  static func releaseNames(_ groups: [WriteSet.Updated<Group>]) -> PostgresRequest? {
    guard groups.count > 1 else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: groups.map(\.aggregate.id))
    parameters.append(array: groups.map(\.aggregate.tenantID))
    parameters.append(array: groups.map(\.aggregate.name))
    return PostgresRequest(releasing, parameters)
  }

  /// No name begins with a control character.
  private static let releasing = PostgresStatement(
    name: "groups_release_names", parameters: [.textArray, .textArray, .textArray],
    sql: """
      update groups set name = chr(1) || groups.id
      from unnest($1, $2, $3) as wanted (id, tenant_id, name)
      where groups.tenant_id = wanted.tenant_id and groups.name = wanted.name
        and groups.id <> wanted.id and groups.id = any($1)
      """)

  private static let columns = "g.id, g.tenant_id, g.name, g.created_at, g.updated_at, g.version"

  private static func group(_ row: PostgresRow) throws(PostgresError) -> Group {
    Group(
      id: try row.identifier(0), tenantID: try row.identifier(1), name: GroupName(stored: try row.text(2)),
      createdAt: try row.moment(3), updatedAt: try row.moment(4), version: try row.int8(5))
  }

  private static func addGroups(_ rows: PostgresRows, _ snapshot: inout Snapshot) throws(PostgresError) {
    for row in rows {
      let group = try group(row)
      snapshot.groups[group.id] = group
    }
  }
}
