import PostgresClient
import UnitOfWork
import WorkspaceApplication
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

  /// The parents on the way from each workspace to its root.
  static func findChains(of workspaces: Set<TenantWorkspace>) -> SnapshotQuery? {
    guard !workspaces.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: workspaces.map(\.tenantID))
    parameters.append(array: workspaces.map(\.id))
    return SnapshotQuery(request: PostgresRequest(findingChains, parameters)) { rows, snapshot throws(PostgresError) in
      for row in rows { snapshot.parents.updateValue(try row.optionalIdentifier(1), forKey: try row.identifier(0)) }
    }
  }

  /// UNION, not UNION ALL: ways that meet go on as one.
  private static let findingChains = PostgresStatement(
    name: "workspaces_find_chains", parameters: [.textArray, .textArray],
    sql: """
      with recursive chain (id, parent_id) as (
        select w.id, w.parent_workspace_id
        from unnest($1, $2) as wanted (tenant_id, id)
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

  /// The workspaces on the way from each workspace to its root, itself among them.
  static func findWaysUp(from workspaces: Set<TenantWorkspace>, named names: Set<TenantName>) -> SnapshotQuery? {
    guard !workspaces.isEmpty || !names.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: workspaces.map(\.tenantID))
    parameters.append(array: workspaces.map(\.id))
    parameters.append(array: names.map(\.tenantID))
    parameters.append(array: names.map(\.name))
    return SnapshotQuery(request: PostgresRequest(findingWaysUp, parameters), read: addWorkspaces)
  }

  private static let findingWaysUp = PostgresStatement(
    name: "workspaces_find_ways_up", parameters: [.textArray, .textArray, .textArray, .textArray],
    sql: """
      with recursive way as (
        select \(columns)
        from unnest($1, $2) as wanted (tenant_id, id)
        cross join lateral (
          select * from workspaces where workspaces.id = wanted.id and workspaces.tenant_id = wanted.tenant_id offset 0
        ) as w
        union
        select \(columns)
        from unnest($3, $4) as wanted (tenant_id, name)
        cross join lateral (
          select * from workspaces where workspaces.tenant_id = wanted.tenant_id and workspaces.name = wanted.name offset 0
        ) as w
        union
        select \(columns)
        from way
        cross join lateral (select * from workspaces where workspaces.id = way.parent_workspace_id offset 0) as w
      )
      select \(columns) from way as w
      """)

  /// Counts the levels of subtrees, no further than is needed to know that they are too many. No workspace is visited twice,
  /// however the subtrees lie in each other: a walk ends at the next one that is asked for, and tells on which level.
  static func measure(_ workspaces: Set<TenantWorkspace>) -> SnapshotQuery? {
    guard !workspaces.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: workspaces.map(\.tenantID))
    parameters.append(array: workspaces.map(\.id))
    parameters.append(Int64(WorkspaceRules.maximumTreeDepth))
    return SnapshotQuery(request: PostgresRequest(measuring, parameters)) { rows, snapshot throws(PostgresError) in
      var walks: [(from: WorkspaceID, levels: Int, to: WorkspaceID?)] = []
      for row in rows { walks.append((try row.identifier(0), Int(try row.int8(1)), try row.optionalIdentifier(2))) }
      snapshot.heights = heights(walks)
    }
  }

  /// - Parameter walks: how many levels there are from a workspace down to the lowest that was visited, itself included, or to
  ///   one from which another walk goes on.
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

  private static let measuring = PostgresStatement(
    name: "workspaces_measure", parameters: [.textArray, .textArray, .int8],
    sql: """
      with recursive below (root, tenant_id, id, level) as (
        select wanted.id collate "C", wanted.tenant_id collate "C", wanted.id collate "C", 1::bigint
        from unnest($1, $2) as wanted (tenant_id, id)
        union all
        select below.root, below.tenant_id, w.id, below.level + 1
        from below
        left join unnest($1, $2) as other (tenant_id, id) on other.id = below.id and other.tenant_id = below.tenant_id
        cross join lateral (
          select workspaces.id from workspaces
          where workspaces.parent_workspace_id = below.id and workspaces.tenant_id = below.tenant_id
          offset 0
        ) as w
        where below.level <= $3 and (below.level = 1 or other.id is null)
      )
      select root, max(level), null::text from below group by root having max(level) > 1
      union all
      select below.root, below.level, below.id
      from below join unnest($1, $2) as other (tenant_id, id) on other.id = below.id and other.tenant_id = below.tenant_id
      where below.level > 1
      """)

  /// Counts the workspaces besides the root, no further than `limit`.
  static func countBelowRoot(of tenants: Set<TenantID>, limit: Int) -> SnapshotQuery? {
    guard !tenants.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: Array(tenants))
    parameters.append(Int64(max(0, limit)))
    return SnapshotQuery(request: PostgresRequest(countingBelowRoot, parameters)) { rows, snapshot throws(PostgresError) in
      for row in rows { snapshot.sizes[try row.identifier(0)] = Int(try row.int8(1)) }
    }
  }

  private static let countingBelowRoot = PostgresStatement(
    name: "workspaces_count_below_root", parameters: [.textArray, .int8],
    sql: """
      select wanted.id, found.number
      from unnest($1) as wanted (id)
      cross join lateral (
        select count(*) as number
        from (
          select from workspaces w where w.tenant_id = wanted.id and w.parent_workspace_id is not null limit $2
        ) as counted
      ) as found
      where found.number > 0
      """)

  static func list(_ pages: Set<PageKey>) -> SnapshotQuery? {
    guard !pages.isEmpty else { return nil }
    let keys = Array(pages)
    var parameters = PostgresParameters()
    parameters.append(array: keys.map(\.tenantID))
    parameters.append(array: keys.map { $0.after?.description ?? "" })
    parameters.append(array: keys.map { Int64(max(0, $0.limit)) })
    parameters.append(array: keys.map { $0.viewer?.text })
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
    name: "workspaces_list", parameters: [.textArray, .textArray, .int8Array, .textArray],
    sql: """
      select \(columns), page.number
      from unnest($1, $2, $3, $4) with ordinality as page (tenant_id, after, size, viewer, number)
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

  static func list(_ pages: Set<ChildPageKey>) -> SnapshotQuery? {
    guard !pages.isEmpty else { return nil }
    let keys = Array(pages)
    var parameters = PostgresParameters()
    parameters.append(array: keys.map(\.tenantID))
    parameters.append(array: keys.map(\.parentID))
    parameters.append(array: keys.map { $0.after?.description ?? "" })
    parameters.append(array: keys.map { Int64(max(0, $0.limit)) })
    return SnapshotQuery(request: PostgresRequest(listingChildren, parameters)) { rows, snapshot throws(PostgresError) in
      for key in keys { snapshot.childPages[key] = [] }
      for row in rows {
        let workspace = try workspace(row)
        snapshot.workspaces[workspace.id] = workspace
        snapshot.childPages[keys[Int(try row.int8(7)) - 1], default: []].append(workspace.id)
      }
    }
  }

  private static let listingChildren = PostgresStatement(
    name: "workspaces_list_children", parameters: [.textArray, .textArray, .textArray, .int8Array],
    sql: """
      select \(columns), page.number
      from unnest($1, $2, $3, $4) with ordinality as page (tenant_id, parent_id, after, size, number)
      cross join lateral (
        select * from workspaces
        where workspaces.parent_workspace_id = page.parent_id and workspaces.tenant_id = page.tenant_id
          and workspaces.id > page.after
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
