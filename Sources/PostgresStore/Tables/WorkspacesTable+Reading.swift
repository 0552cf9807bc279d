import PostgresClient
import UnitOfWork
import WorkspaceDomain

extension WorkspacesTable {
  static func find(ids: Set<WorkspaceID>) -> SnapshotQuery? {
    guard !ids.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: Array(ids))
    return SnapshotQuery(request: PostgresRequest(findingIDs, parameters), read: addWorkspaces)
  }

  private static let findingIDs = PostgresStatement(
    name: "workspaces_find_ids", parameters: [.textArray],
    sql: "select \(columns) from workspaces w where w.id = any($1)")

  static func find(names: Set<TenantName>) -> SnapshotQuery? {
    guard !names.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: names.map(\.tenantID))
    parameters.append(array: names.map(\.name))
    return SnapshotQuery(request: PostgresRequest(findingNames, parameters), read: addWorkspaces)
  }

  private static let findingNames = PostgresStatement(
    name: "workspaces_find_names", parameters: [.textArray, .textArray],
    sql: """
      select \(columns)
      from unnest($1, $2) as wanted (tenant_id, name)
      cross join lateral (
        select * from workspaces where workspaces.tenant_id = wanted.tenant_id and workspaces.name = wanted.name offset 0
      ) as w
      """)

  static func findRoots(of tenants: Set<TenantID>) -> SnapshotQuery? {
    guard !tenants.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: Array(tenants))
    return SnapshotQuery(request: PostgresRequest(findingRoots, parameters), read: addWorkspaces)
  }

  private static let findingRoots = PostgresStatement(
    name: "workspaces_find_roots", parameters: [.textArray],
    sql: "select \(columns) from workspaces w where w.tenant_id = any($1) and w.parent_workspace_id is null")

  /// Counts no further than `limit`: a workspace with a million children costs no more than one with a few.
  static func countChildren(of parents: Set<WorkspaceID>, limit: Int) -> SnapshotQuery? {
    guard !parents.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: Array(parents))
    parameters.append(Int64(max(0, limit)))
    let request = PostgresRequest(countingChildren, parameters)
    return SnapshotQuery(request: request) { rows, snapshot throws(PostgresError) in
      for row in rows { snapshot.childCounts[try row.identifier(0)] = Int(try row.int8(1)) }
    }
  }

  private static let countingChildren = PostgresStatement(
    name: "workspaces_count_children", parameters: [.textArray, .int8],
    sql: """
      select parent.id, children.number
      from unnest($1) as parent (id)
      cross join lateral (
        select count(*) as number
        from (select from workspaces w where w.parent_workspace_id = parent.id limit $2) as counted
      ) as children
      where children.number > 0
      """)

  static func list(_ pages: Set<PageKey>) -> SnapshotQuery? {
    guard !pages.isEmpty else { return nil }
    let keys = Array(pages)
    var parameters = PostgresParameters()
    parameters.append(array: keys.map(\.tenantID))
    parameters.append(array: keys.map { $0.after?.description ?? "" })
    parameters.append(array: keys.map { Int64(max(0, $0.limit)) })
    return SnapshotQuery(request: PostgresRequest(listing, parameters)) { rows, snapshot throws(PostgresError) in
      for key in keys { snapshot.pages[key] = [] }
      for row in rows {
        let workspace = try workspace(row)
        snapshot.workspaces[workspace.id] = workspace
        snapshot.pages[keys[Int(try row.int8(7)) - 1], default: []].append(workspace.id)
      }
    }
  }

  /// An empty id comes before all others: so "from the start" needs no condition that an index could not serve.
  private static let listing = PostgresStatement(
    name: "workspaces_list", parameters: [.textArray, .textArray, .int8Array],
    sql: """
      select \(columns), page.number
      from unnest($1, $2, $3) with ordinality as page (tenant_id, after, size, number)
      cross join lateral (
        select * from workspaces
        where workspaces.tenant_id = page.tenant_id and workspaces.id > page.after
        order by workspaces.id
        limit page.size
      ) as w
      order by page.number, w.id
      """)

  private static let columns =
    "w.id, w.tenant_id, w.name, w.parent_workspace_id, w.created_at, w.updated_at, w.version"

  private static func workspace(_ row: PostgresRow) throws(PostgresError) -> Workspace {
    Workspace(
      id: try row.identifier(0), tenantID: try row.identifier(1), name: WorkspaceName(stored: try row.text(2)),
      parentID: try row.optionalIdentifier(3), createdAt: try row.moment(4), updatedAt: try row.moment(5),
      version: try row.int8(6))
  }

  private static func addWorkspaces(_ rows: PostgresRows, _ snapshot: inout Snapshot) throws(PostgresError) {
    for row in rows {
      let workspace = try workspace(row)
      snapshot.workspaces[workspace.id] = workspace
    }
  }
}
