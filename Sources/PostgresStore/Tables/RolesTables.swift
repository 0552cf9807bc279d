import PostgresClient
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// `tenant_members`, `group_members` and `workspace_members`: who has which role on which object. Reading.
///
/// Roles have the same columns in every answer: ``ofTenant``, ``ofGroup``, ``ofWorkspace``.
enum RolesTables {
  /// Reads what decides questions of access, in one statement: the roles of their users in the tenants, the groups that
  /// the users are in, and the roles that the users or these groups have on the workspaces in question and on all above
  /// them.
  ///
  /// Each user's way up to the root is followed by itself, and ways of one user that meet continue as one. Groups are
  /// looked for among what was found: most workspaces have few of them, and most users are in few.
  ///
  /// - Parameters:
  ///   - ways: users, and workspaces from which to go up.
  ///   - groups: further groups that users may come to be in.
  ///   - named: users, and names of workspaces from which to go up. Only queries ask by name.
  static func decide(
    users: Set<TenantUser>, ways: Set<UserWay>, groups: Set<TenantResource>, named: Set<NamedView> = []
  ) -> SnapshotQuery? {
    guard !users.isEmpty else { return nil }
    let (tenants, ids) = (SharedArray(users.map(\.tenantID)), SharedArray(users.map(\.userID.text)))
    let request = PostgresRequest(
      named.isEmpty ? "roles_decide" : "roles_decide_named",
      """
      with recursive way (tenant_id, user_id, id, parent_id) as (
        select w.tenant_id, wanted.user_id, w.id, w.parent_workspace_id
        from unnest(\(ways.map(\.user.tenantID)), \(ways.map(\.user.userID.text)), \(ways.map(\.workspaceID)))
          as wanted (tenant_id, user_id, id)
        cross join lateral (
          select * from workspaces where workspaces.id = wanted.id and workspaces.tenant_id = wanted.tenant_id offset 0
        ) as w
      \(named.isEmpty ? "" : waysFromNames(named))
        union
        select way.tenant_id, way.user_id, w.id, w.parent_workspace_id
        from way
        cross join lateral (select * from workspaces where workspaces.id = way.parent_id offset 0) as w
      ),
      joined as materialized (
        select m.tenant_id, m.group_id, m.user_id, m.role
        from unnest(\(tenants), \(ids)) as wanted (tenant_id, user_id)
        cross join lateral (
          select * from group_members
          where group_members.tenant_id = wanted.tenant_id and group_members.user_id = wanted.user_id
          offset 0
        ) as m
      ),
      subject (tenant_id, group_id) as materialized (
        select tenant_id, group_id from joined
        union
        select tenant_id, group_id
        from unnest(\(groups.map(\.tenantID)), \(groups.map(\.object.ulid))) as wanted (tenant_id, group_id)
      )
      select \(raw: ofTenant)
      from unnest(\(tenants), \(ids)) as wanted (tenant_id, user_id)
      cross join lateral (
        select * from tenant_members
        where tenant_members.tenant_id = wanted.tenant_id and tenant_members.user_id = wanted.user_id
        offset 0
      ) as m
      union all
      select \(raw: ofGroup) from joined as m
      union all
      select \(raw: ofWorkspace)
      from way
      cross join lateral (
        select * from workspace_members
        where workspace_members.tenant_id = way.tenant_id and workspace_members.workspace_id = way.id
          and workspace_members.member_type = 'user' and workspace_members.member_id = way.user_id
        offset 0
      ) as m
      union all
      select \(raw: ofWorkspace)
      from (select distinct tenant_id, id from way where exists (select from subject)) as met
      cross join lateral (
        select * from workspace_members
        where workspace_members.tenant_id = met.tenant_id and workspace_members.workspace_id = met.id
          and workspace_members.member_type = 'group'
        offset 0
      ) as m
      -- "is true", because otherwise this becomes a join, and compares each role with each subject. So it is a look-up
      -- in a hash table.
      where ((m.tenant_id, m.member_id) in (select tenant_id, group_id from subject)) is true
      """)
    return SnapshotQuery(request: request, read: addRoles)
  }

  /// Further starting points of ways, by the names of workspaces.
  private static func waysFromNames(_ named: Set<NamedView>) -> PostgresQuery {
    """
      union
        select w.tenant_id, wanted.user_id, w.id, w.parent_workspace_id
        from unnest(\(named.map(\.name.tenantID)), \(named.map(\.userID.text)), \(named.map(\.name.name)))
          as wanted (tenant_id, user_id, name)
        cross join lateral (
          select * from workspaces where workspaces.tenant_id = wanted.tenant_id and workspaces.name = wanted.name offset 0
        ) as w
    """
  }

  static func find(_ keys: Set<RoleKey>) -> SnapshotQuery? {
    guard !keys.isEmpty else { return nil }
    let keys = Array(keys)
    let request = PostgresRequest(
      "roles_find",
      """
      with wanted as materialized (
        select * from unnest(
          \(keys.map(\.tenantID)), \(keys.map(\.object.type.rawValue)), \(keys.map(\.object.ulid)),
          \(keys.map(\.member.kind.rawValue)), \(keys.map(\.member.id))
        ) as wanted (tenant_id, type, id, member_type, member_id)
      )
      select wanted.tenant_id, wanted.type as object_type, wanted.id as object_id, wanted.member_type, wanted.member_id, m.role
      from wanted
      cross join lateral (
        select role from tenant_members
        where wanted.type = 'tenant' and tenant_members.tenant_id = wanted.tenant_id
          and tenant_members.user_id = wanted.member_id
        union all
        select role from group_members
        where wanted.type = 'group' and group_members.tenant_id = wanted.tenant_id
          and group_members.group_id = wanted.id and group_members.user_id = wanted.member_id
        union all
        select role from workspace_members
        where wanted.type = 'workspace' and workspace_members.tenant_id = wanted.tenant_id
          and workspace_members.workspace_id = wanted.id and workspace_members.member_type = wanted.member_type
          and workspace_members.member_id = wanted.member_id
      ) as m
      """)
    return SnapshotQuery(request: request, read: addRoles)
  }

  /// Counts no further than `limit`.
  static func countAdmins(of tenants: Set<TenantID>, limit: Int) -> SnapshotQuery? {
    guard !tenants.isEmpty else { return nil }
    let request = PostgresRequest(
      "roles_count_admins",
      """
      select wanted.id, admins.count
      from unnest(\(Array(tenants))) as wanted (id)
      cross join lateral (
        select count(*)
        from (
          select from tenant_members m
          where m.tenant_id = wanted.id and m.role = 'admin' limit \(Int64(max(0, limit)))
        ) as counted
      ) as admins
      where admins.count > 0
      """)
    return SnapshotQuery(request: request) { rows, snapshot throws(PostgresError) in
      for row in rows { snapshot.adminCounts[try row.identifier("id")] = try row.count() }
    }
  }

  static func list(_ pages: Set<MemberPageKey>) -> SnapshotQuery? {
    guard !pages.isEmpty else { return nil }
    let keys = Array(pages)
    let request = PostgresRequest(
      "roles_list",
      """
      select m.member_type, m.member_id, m.role, page.number
      from unnest(
        \(keys.map(\.tenantID)), \(keys.map(\.object.type.rawValue)), \(keys.map(\.object.ulid)),
        \(keys.map { $0.after?.kind.rawValue ?? "" }), \(keys.map { $0.after?.id ?? "" }),
        \(keys.map { Int64(max(0, $0.limit)) })
      ) with ordinality as page (tenant_id, type, id, after_type, after, size, number)
      cross join lateral (
        (
          select 'user'::text collate "C" as member_type, user_id as member_id, role
          from tenant_members
          where page.type = 'tenant' and tenant_members.tenant_id = page.tenant_id and page.id = page.tenant_id
            and tenant_members.user_id > page.after
          order by user_id
          limit page.size
        )
        union all
        (
          select 'user', user_id, role
          from group_members
          where page.type = 'group' and group_members.tenant_id = page.tenant_id and group_members.group_id = page.id
            and group_members.user_id > page.after
          order by user_id
          limit page.size
        )
        union all
        (
          select member_type, member_id, role
          from workspace_members
          where page.type = 'workspace' and workspace_members.tenant_id = page.tenant_id
            and workspace_members.workspace_id = page.id
            and (workspace_members.member_type, workspace_members.member_id) > (page.after_type, page.after)
          order by member_type, member_id
          limit page.size
        )
      ) as m
      order by page.number, m.member_type, m.member_id
      """)
    return SnapshotQuery(request: request) { rows, snapshot throws(PostgresError) in
      for key in keys { snapshot.memberPages[key] = [] }
      for row in rows {
        let membership = Membership(member: try row.member(), role: try row.role())
        snapshot.memberPages[keys[try row.count("number") - 1], default: []].append(membership)
      }
    }
  }

  static let ofTenant = """
    m.tenant_id, 'tenant' as object_type, m.tenant_id as object_id, 'user' as member_type, m.user_id as member_id, m.role
    """
  static let ofGroup = """
    m.tenant_id, 'group' as object_type, m.group_id as object_id, 'user' as member_type, m.user_id as member_id, m.role
    """
  static let ofWorkspace = """
    m.tenant_id, 'workspace' as object_type, m.workspace_id as object_id, m.member_type, m.member_id, m.role
    """

  private static func addRoles(_ rows: PostgresRows, _ snapshot: inout Snapshot) throws(PostgresError) {
    for row in rows { snapshot.roles[try row.roleKey()] = try row.role() }
  }
}

extension PostgresRow {
  /// Who has the role, and on what.
  func roleKey() throws(PostgresError) -> RoleKey {
    guard let type = ResourceType(rawValue: try text("object_type")) else {
      throw .decoding(reason: "object_type is not an object type")
    }
    return RoleKey(
      tenantID: try identifier("tenant_id"), object: Resource(type, try ulid("object_id")), member: try member())
  }

  /// The role in the column `role`.
  func role() throws(PostgresError) -> Role {
    guard let role = Role(rawValue: try text("role")) else { throw .decoding(reason: "column role is not a role") }
    return role
  }

  /// The member in the columns `member_type` and `member_id`.
  func member() throws(PostgresError) -> Member {
    let id = try text("member_id")
    switch (Member.Kind(rawValue: try text("member_type")), GroupID(id)) {
    case (.user, _): return .user(UserID(stored: id))
    case (.group, let id?): return .group(id)
    default: throw .decoding(reason: "a member is neither a user nor a group")
    }
  }
}
