import PostgresClient
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

extension WorkspacesTable {
  static func find(ids: Set<WorkspaceID>) -> SnapshotQuery? {
    guard !ids.isEmpty else { return nil }
    let request = PostgresRequest(
      "workspaces_find_ids", "select \(raw: columns) from workspaces w where w.id = any(\(Array(ids)))")
    return SnapshotQuery(request: request, read: addWorkspaces)
  }

  static func find(names: Set<TenantName>) -> SnapshotQuery? {
    guard !names.isEmpty else { return nil }
    let request = PostgresRequest(
      "workspaces_find_names",
      """
      select \(raw: columns)
      from unnest(\(names.map(\.tenantID)), \(names.map(\.name))) as wanted (tenant_id, name)
      cross join lateral (
        select * from workspaces where workspaces.tenant_id = wanted.tenant_id and workspaces.name = wanted.name offset 0
      ) as w
      """)
    return SnapshotQuery(request: request, read: addWorkspaces)
  }

  static func findRoots(of tenants: Set<TenantID>) -> SnapshotQuery? {
    guard !tenants.isEmpty else { return nil }
    let request = PostgresRequest(
      "workspaces_find_roots",
      """
      select \(raw: columns) from workspaces w
      where w.tenant_id = any(\(Array(tenants))) and w.parent_workspace_id is null
      """)
    return SnapshotQuery(request: request, read: addWorkspaces)
  }

  /// Counts no further than `limit`: a workspace with a million children costs no more than one with a few.
  static func countChildren(of parents: Set<WorkspaceID>, limit: Int) -> SnapshotQuery? {
    guard !parents.isEmpty else { return nil }
    let request = PostgresRequest(
      "workspaces_count_children",
      """
      select parent.id, children.count
      from unnest(\(Array(parents))) as parent (id)
      cross join lateral (
        select count(*)
        from (select from workspaces w where w.parent_workspace_id = parent.id limit \(Int64(max(0, limit)))) as counted
      ) as children
      where children.count > 0
      """)
    return SnapshotQuery(request: request) { rows, snapshot throws(PostgresError) in
      for row in rows { snapshot.childCounts[try row.identifier("id")] = try row.count() }
    }
  }

  /// The parents on the way from each workspace to its root. UNION, not UNION ALL: ways that meet continue as one.
  static func findChains(of workspaces: Set<TenantWorkspace>) -> SnapshotQuery? {
    guard !workspaces.isEmpty else { return nil }
    let request = PostgresRequest(
      "workspaces_find_chains",
      """
      with recursive chain (id, parent_id) as (
        select w.id, w.parent_workspace_id
        from unnest(\(workspaces.map(\.tenantID)), \(workspaces.map(\.id))) as wanted (tenant_id, id)
        cross join lateral (
          select * from workspaces where workspaces.id = wanted.id and workspaces.tenant_id = wanted.tenant_id offset 0
        ) as w
        union
        select w.id, w.parent_workspace_id
        from chain
        cross join lateral (select * from workspaces where workspaces.id = chain.parent_id offset 0) as w
      )
      select id, parent_id from chain
      """)
    return SnapshotQuery(request: request) { rows, snapshot throws(PostgresError) in
      for row in rows {
        snapshot.parents.updateValue(try row.optionalIdentifier("parent_id"), forKey: try row.identifier("id"))
      }
    }
  }

  /// The workspaces on the way from each workspace to its root, including itself.
  static func findAncestors(of workspaces: Set<TenantWorkspace>, named names: Set<TenantName>) -> SnapshotQuery? {
    guard !workspaces.isEmpty || !names.isEmpty else { return nil }
    let request = PostgresRequest(
      "workspaces_find_ancestors",
      """
      with recursive way as (
        select \(raw: columns)
        from unnest(\(workspaces.map(\.tenantID)), \(workspaces.map(\.id))) as wanted (tenant_id, id)
        cross join lateral (
          select * from workspaces where workspaces.id = wanted.id and workspaces.tenant_id = wanted.tenant_id offset 0
        ) as w
        union
        select \(raw: columns)
        from unnest(\(names.map(\.tenantID)), \(names.map(\.name))) as wanted (tenant_id, name)
        cross join lateral (
          select * from workspaces where workspaces.tenant_id = wanted.tenant_id and workspaces.name = wanted.name offset 0
        ) as w
        union
        select \(raw: columns)
        from way
        cross join lateral (select * from workspaces where workspaces.id = way.parent_workspace_id offset 0) as w
      )
      select \(raw: columns) from way as w
      """)
    return SnapshotQuery(request: request, read: addWorkspaces)
  }

  /// Counts the levels of subtrees, only as far as needed to know that there are too many. No workspace is visited
  /// twice, however the subtrees are nested: a walk ends at the next workspace that is asked for, and tells on which
  /// level that is.
  static func measure(_ workspaces: Set<TenantWorkspace>) -> SnapshotQuery? {
    guard !workspaces.isEmpty else { return nil }
    let (tenants, ids) = (SharedArray(workspaces.map(\.tenantID)), SharedArray(workspaces.map(\.id)))
    let request = PostgresRequest(
      "workspaces_measure",
      """
      with recursive below (root, tenant_id, id, level) as (
        select wanted.id collate "C", wanted.tenant_id collate "C", wanted.id collate "C", 1::bigint
        from unnest(\(tenants), \(ids)) as wanted (tenant_id, id)
        union all
        select below.root, below.tenant_id, w.id, below.level + 1
        from below
        left join unnest(\(tenants), \(ids)) as other (tenant_id, id)
          on other.id = below.id and other.tenant_id = below.tenant_id
        cross join lateral (
          select workspaces.id from workspaces
          where workspaces.parent_workspace_id = below.id and workspaces.tenant_id = below.tenant_id
          offset 0
        ) as w
        where below.level <= \(Int64(WorkspaceRules.maximumTreeDepth)) and (below.level = 1 or other.id is null)
      )
      select root, max(level) as levels, null::text as goes_on from below group by root having max(level) > 1
      union all
      select below.root, below.level, below.id
      from below join unnest(\(tenants), \(ids)) as other (tenant_id, id)
        on other.id = below.id and other.tenant_id = below.tenant_id
      where below.level > 1
      """)
    return SnapshotQuery(request: request) { rows, snapshot throws(PostgresError) in
      var walks: [(from: WorkspaceID, levels: Int, to: WorkspaceID?)] = []
      for row in rows {
        walks.append((try row.identifier("root"), try row.count("levels"), try row.optionalIdentifier("goes_on")))
      }
      snapshot.heights = heights(walks)
    }
  }

  /// - Parameter walks: the number of levels from a workspace, itself included, down to the lowest that was visited, or
  ///   to one from which another walk continues.
  private static func heights(_ walks: [(from: WorkspaceID, levels: Int, to: WorkspaceID?)]) -> [WorkspaceID: Int] {
    let walks = Dictionary(grouping: walks, by: \.from)
    var heights: [WorkspaceID: Int] = [:]
    func height(of id: WorkspaceID) -> Int {
      if let known = heights[id] { return known }
      let levels = walks[id, default: []].map { walk in
        walk.to.map { walk.levels - 1 + height(of: $0) } ?? walk.levels
      }
      let height = min(levels.max() ?? 1, WorkspaceRules.maximumTreeDepth + 1)
      heights[id] = height
      return height
    }
    for id in walks.keys { _ = height(of: id) }
    return heights.filter { $0.value > 1 }
  }

  /// Counts the workspaces besides the root, no further than `limit`.
  static func countBelowRoot(of tenants: Set<TenantID>, limit: Int) -> SnapshotQuery? {
    guard !tenants.isEmpty else { return nil }
    let request = PostgresRequest(
      "workspaces_count_below_root",
      """
      select wanted.id, found.count
      from unnest(\(Array(tenants))) as wanted (id)
      cross join lateral (
        select count(*)
        from (
          select from workspaces w
          where w.tenant_id = wanted.id and w.parent_workspace_id is not null limit \(Int64(max(0, limit)))
        ) as counted
      ) as found
      where found.count > 0
      """)
    return SnapshotQuery(request: request) { rows, snapshot throws(PostgresError) in
      for row in rows { snapshot.sizes[try row.identifier("id")] = try row.count() }
    }
  }

  /// An empty id sorts before all others, so "from the start" needs no condition that an index could not serve.
  static func list(_ pages: Set<PageKey>) -> SnapshotQuery? {
    guard !pages.isEmpty else { return nil }
    let keys = Array(pages)
    let request = PostgresRequest(
      "workspaces_list",
      """
      select \(raw: columns), page.number
      from unnest(
        \(keys.map(\.tenantID)), \(keys.map { $0.after?.description ?? "" }), \(keys.map { Int64(max(0, $0.limit)) }),
        \(keys.map { $0.viewer?.text })
      ) with ordinality as page (tenant_id, after, size, viewer, number)
      cross join lateral (
        (
          select * from workspaces
          where page.viewer is null and workspaces.tenant_id = page.tenant_id and workspaces.id > page.after
          order by workspaces.id
          limit page.size
        )
        union all
        select * from viewable_workspaces(page.tenant_id, page.viewer, page.after, page.size)
        where page.viewer is not null
      ) as w
      order by page.number, w.id
      """)
    return SnapshotQuery(request: request) { rows, snapshot throws(PostgresError) in
      for key in keys { snapshot.pages[key] = [] }
      for row in rows {
        let workspace = try workspace(row)
        snapshot.workspaces[workspace.id] = workspace
        snapshot.pages[keys[try row.count("number") - 1], default: []].append(workspace.id)
      }
    }
  }

  static func list(_ pages: Set<ChildPageKey>) -> SnapshotQuery? {
    guard !pages.isEmpty else { return nil }
    let keys = Array(pages)
    let request = PostgresRequest(
      "workspaces_list_children",
      """
      select \(raw: columns), page.number
      from unnest(
        \(keys.map(\.tenantID)), \(keys.map(\.parentID)), \(keys.map { $0.after?.description ?? "" }),
        \(keys.map { Int64(max(0, $0.limit)) })
      ) with ordinality as page (tenant_id, parent_id, after, size, number)
      cross join lateral (
        select * from workspaces
        where workspaces.parent_workspace_id = page.parent_id and workspaces.tenant_id = page.tenant_id
          and workspaces.id > page.after
        order by workspaces.id
        limit page.size
      ) as w
      order by page.number, w.id
      """)
    return SnapshotQuery(request: request) { rows, snapshot throws(PostgresError) in
      for key in keys { snapshot.childPages[key] = [] }
      for row in rows {
        let workspace = try workspace(row)
        snapshot.workspaces[workspace.id] = workspace
        snapshot.childPages[keys[try row.count("number") - 1], default: []].append(workspace.id)
      }
    }
  }

  private static let columns =
    "w.id, w.tenant_id, w.name, w.parent_workspace_id, w.created_at, w.updated_at, w.version"

  private static func workspace(_ row: PostgresRow) throws(PostgresError) -> Workspace {
    Workspace(
      id: try row.identifier("id"), tenantID: try row.identifier("tenant_id"),
      name: WorkspaceName(stored: try row.text("name")), parentID: try row.optionalIdentifier("parent_workspace_id"),
      createdAt: try row.moment("created_at"), updatedAt: try row.moment("updated_at"), version: try row.int8("version")
    )
  }

  private static func addWorkspaces(_ rows: PostgresRows, _ snapshot: inout Snapshot) throws(PostgresError) {
    for row in rows {
      let workspace = try workspace(row)
      snapshot.workspaces[workspace.id] = workspace
    }
  }
}
