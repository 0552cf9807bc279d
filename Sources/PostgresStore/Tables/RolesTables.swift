import PostgresClient
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// `tenant_members`, `group_members` and `workspace_members`: who has which role on which object. Reading.
///
/// Every answer has the same columns: the tenant, type and id of the object, type and id of the member, and the role.
enum RolesTables {
  /// What decides questions, in one statement: the roles of their users in the tenants, the groups that these are in, and the
  /// roles that they, or these groups, have on the workspaces in question and on all above them.
  ///
  /// - Parameters:
  ///   - ways: users, and workspaces from which it is gone up.
  ///   - groups: others that users may come to be in.
  ///   - named: users, and names of workspaces from which it is gone up.
  static func decide(
    users: Set<TenantUser>, ways: Set<UserWay>, groups: Set<TenantResource>, named: Set<NamedView> = []
  ) -> SnapshotQuery? {
    guard !users.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: users.map(\.tenantID))
    parameters.append(array: users.map(\.userID.text))
    parameters.append(array: ways.map(\.user.tenantID))
    parameters.append(array: ways.map(\.user.userID.text))
    parameters.append(array: ways.map(\.workspaceID))
    parameters.append(array: groups.map(\.tenantID))
    parameters.append(array: groups.map(\.object.ulid))
    guard !named.isEmpty else { return SnapshotQuery(request: PostgresRequest(deciding, parameters), read: addRoles) }
    parameters.append(array: named.map(\.name.tenantID))
    parameters.append(array: named.map(\.userID.text))
    parameters.append(array: named.map(\.name.name))
    return SnapshotQuery(request: PostgresRequest(decidingNamed, parameters), read: addRoles)
  }

  /// Each user goes his own way up, and ways of one user that meet go on as one. Groups are joined to what was found: most
  /// workspaces have few of them, and most users are in few.
  private static let deciding = PostgresStatement(
    name: "roles_decide",
    parameters: [.textArray, .textArray, .textArray, .textArray, .textArray, .textArray, .textArray],
    sql: decision())

  /// Of its own, for commands never ask so.
  private static let decidingNamed = PostgresStatement(
    name: "roles_decide_named",
    parameters: [
      .textArray, .textArray, .textArray, .textArray, .textArray, .textArray, .textArray, .textArray, .textArray, .textArray,
    ],
    sql: decision(further: """
        union
        select w.tenant_id, wanted.user_id, w.id, w.parent_workspace_id
        from unnest($8, $9, $10) as wanted (tenant_id, user_id, name)
        cross join lateral (
          select * from workspaces where workspaces.tenant_id = wanted.tenant_id and workspaces.name = wanted.name offset 0
        ) as w
      """))

  /// - Parameter further: more beginnings of ways.
  private static func decision(further: String = "") -> String {
    """
      with recursive way (tenant_id, user_id, id, parent_id) as (
        select w.tenant_id, wanted.user_id, w.id, w.parent_workspace_id
        from unnest($3, $4, $5) as wanted (tenant_id, user_id, id)
        cross join lateral (
          select * from workspaces where workspaces.id = wanted.id and workspaces.tenant_id = wanted.tenant_id offset 0
        ) as w
      \(further)
        union
        select way.tenant_id, way.user_id, w.id, w.parent_workspace_id
        from way
        cross join lateral (select * from workspaces where workspaces.id = way.parent_id offset 0) as w
      ),
      joined as materialized (
        select m.tenant_id, m.group_id, m.user_id, m.role
        from unnest($1, $2) as wanted (tenant_id, user_id)
        cross join lateral (
          select * from group_members
          where group_members.tenant_id = wanted.tenant_id and group_members.user_id = wanted.user_id
          offset 0
        ) as m
      ),
      subject (tenant_id, group_id) as materialized (
        select tenant_id, group_id from joined
        union
        select tenant_id, group_id from unnest($6, $7) as wanted (tenant_id, group_id)
      )
      select m.tenant_id, 'tenant', m.tenant_id, 'user', m.user_id, m.role
      from unnest($1, $2) as wanted (tenant_id, user_id)
      cross join lateral (
        select * from tenant_members
        where tenant_members.tenant_id = wanted.tenant_id and tenant_members.user_id = wanted.user_id
        offset 0
      ) as m
      union all
      select tenant_id, 'group', group_id, 'user', user_id, role from joined
      union all
      select m.tenant_id, 'workspace', m.workspace_id, m.member_type, m.member_id, m.role
      from way
      cross join lateral (
        select * from workspace_members
        where workspace_members.tenant_id = way.tenant_id and workspace_members.workspace_id = way.id
          and workspace_members.member_type = 'user' and workspace_members.member_id = way.user_id
        offset 0
      ) as m
      union all
      select m.tenant_id, 'workspace', m.workspace_id, m.member_type, m.member_id, m.role
      from (select distinct tenant_id, id from way where exists (select from subject)) as met
      cross join lateral (
        select * from workspace_members
        where workspace_members.tenant_id = met.tenant_id and workspace_members.workspace_id = met.id
          and workspace_members.member_type = 'group'
        offset 0
      ) as m
      where (m.tenant_id, m.member_id) in (select tenant_id, group_id from subject)
      """
  }

  static func find(_ keys: Set<RoleKey>) -> SnapshotQuery? {
    guard !keys.isEmpty else { return nil }
    let keys = Array(keys)
    var parameters = PostgresParameters()
    parameters.append(array: keys.map(\.tenantID))
    parameters.append(array: keys.map(\.object.type.rawValue))
    parameters.append(array: keys.map(\.object.ulid))
    parameters.append(array: keys.map(\.member.kind.rawValue))
    parameters.append(array: keys.map(\.member.id))
    return SnapshotQuery(request: PostgresRequest(finding, parameters), read: addRoles)
  }

  private static let finding = PostgresStatement(
    name: "roles_find", parameters: [.textArray, .textArray, .textArray, .textArray, .textArray],
    sql: """
      with wanted as materialized (
        select * from unnest($1, $2, $3, $4, $5) as wanted (tenant_id, type, id, member_type, member_id)
      )
      select wanted.tenant_id, wanted.type, wanted.id, wanted.member_type, wanted.member_id, m.role
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

  /// All roles of members in the workspaces and groups of their tenants.
  static func find(of members: Set<TenantMember>) -> SnapshotQuery? {
    guard !members.isEmpty else { return nil }
    let members = Array(members)
    var parameters = PostgresParameters()
    parameters.append(array: members.map(\.tenantID))
    parameters.append(array: members.map(\.member.kind.rawValue))
    parameters.append(array: members.map(\.member.id))
    return SnapshotQuery(request: PostgresRequest(findingOfMembers, parameters), read: addRoles)
  }

  private static let findingOfMembers = PostgresStatement(
    name: "roles_find_of_members", parameters: [.textArray, .textArray, .textArray],
    sql: """
      with wanted as materialized (select * from unnest($1, $2, $3) as wanted (tenant_id, type, id))
      select m.tenant_id, 'group', m.group_id, 'user', m.user_id, m.role
      from wanted
      join group_members m on wanted.type = 'user' and m.tenant_id = wanted.tenant_id and m.user_id = wanted.id
      union all
      select m.tenant_id, 'workspace', m.workspace_id, m.member_type, m.member_id, m.role
      from wanted
      join workspace_members m on wanted.type = 'user' and m.tenant_id = wanted.tenant_id and m.user_id = wanted.id
      union all
      select m.tenant_id, 'workspace', m.workspace_id, m.member_type, m.member_id, m.role
      from wanted
      join workspace_members m on wanted.type = 'group' and m.tenant_id = wanted.tenant_id and m.group_id = wanted.id
      """)

  /// All roles on objects.
  static func find(on objects: Set<TenantResource>) -> SnapshotQuery? {
    guard !objects.isEmpty else { return nil }
    let objects = Array(objects)
    var parameters = PostgresParameters()
    parameters.append(array: objects.map(\.tenantID))
    parameters.append(array: objects.map(\.object.type.rawValue))
    parameters.append(array: objects.map(\.object.ulid))
    return SnapshotQuery(request: PostgresRequest(findingOnObjects, parameters), read: addRoles)
  }

  private static let findingOnObjects = PostgresStatement(
    name: "roles_find_on_objects", parameters: [.textArray, .textArray, .textArray],
    sql: """
      with wanted as materialized (select * from unnest($1, $2, $3) as wanted (tenant_id, type, id))
      select m.tenant_id, 'group', m.group_id, 'user', m.user_id, m.role
      from wanted
      join group_members m on wanted.type = 'group' and m.tenant_id = wanted.tenant_id and m.group_id = wanted.id
      union all
      select m.tenant_id, 'workspace', m.workspace_id, m.member_type, m.member_id, m.role
      from wanted
      join workspace_members m
        on wanted.type = 'workspace' and m.tenant_id = wanted.tenant_id and m.workspace_id = wanted.id
      """)

  /// All roles in tenants.
  static func find(in tenants: Set<TenantID>) -> SnapshotQuery? {
    guard !tenants.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: Array(tenants))
    return SnapshotQuery(request: PostgresRequest(findingInTenants, parameters), read: addRoles)
  }

  /// Of a tenant that has workspaces below its root, what is on them is no matter: it does not go.
  private static let findingInTenants = PostgresStatement(
    name: "roles_find_in_tenants", parameters: [.textArray],
    sql: """
      with going as materialized (
        select wanted.id
        from unnest($1) as wanted (id)
        where not exists (
          select from workspaces w where w.tenant_id = wanted.id and w.parent_workspace_id is not null
        )
      )
      select m.tenant_id, 'tenant', m.tenant_id, 'user', m.user_id, m.role
      from going join tenant_members m on m.tenant_id = going.id
      union all
      select m.tenant_id, 'group', m.group_id, 'user', m.user_id, m.role
      from going join group_members m on m.tenant_id = going.id
      union all
      select m.tenant_id, 'workspace', m.workspace_id, m.member_type, m.member_id, m.role
      from going join workspace_members m on m.tenant_id = going.id
      """)

  /// Counts no further than `limit`.
  static func countAdmins(of tenants: Set<TenantID>, limit: Int) -> SnapshotQuery? {
    guard !tenants.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: Array(tenants))
    parameters.append(Int64(max(0, limit)))
    return SnapshotQuery(request: PostgresRequest(countingAdmins, parameters)) { rows, snapshot throws(PostgresError) in
      for row in rows { snapshot.adminCounts[try row.identifier(0)] = Int(try row.int8(1)) }
    }
  }

  private static let countingAdmins = PostgresStatement(
    name: "roles_count_admins", parameters: [.textArray, .int8],
    sql: """
      select wanted.id, admins.number
      from unnest($1) as wanted (id)
      cross join lateral (
        select count(*) as number
        from (select from tenant_members m where m.tenant_id = wanted.id and m.role = 'admin' limit $2) as counted
      ) as admins
      where admins.number > 0
      """)

  static func list(_ pages: Set<MemberPageKey>) -> SnapshotQuery? {
    guard !pages.isEmpty else { return nil }
    let keys = Array(pages)
    var parameters = PostgresParameters()
    parameters.append(array: keys.map(\.tenantID))
    parameters.append(array: keys.map(\.object.type.rawValue))
    parameters.append(array: keys.map(\.object.ulid))
    parameters.append(array: keys.map { $0.after?.kind.rawValue ?? "" })
    parameters.append(array: keys.map { $0.after?.id ?? "" })
    parameters.append(array: keys.map { Int64(max(0, $0.limit)) })
    return SnapshotQuery(request: PostgresRequest(listing, parameters)) { rows, snapshot throws(PostgresError) in
      for key in keys { snapshot.memberPages[key] = [] }
      for row in rows {
        let membership = Membership(
          member: try row.member(kind: try row.text(0), id: try row.text(1)), role: try row.role(2))
        snapshot.memberPages[keys[Int(try row.int8(3)) - 1], default: []].append(membership)
      }
    }
  }

  private static let listing = PostgresStatement(
    name: "roles_list", parameters: [.textArray, .textArray, .textArray, .textArray, .textArray, .int8Array],
    sql: """
      select m.member_type, m.member_id, m.role, page.number
      from unnest($1, $2, $3, $4, $5, $6) with ordinality
        as page (tenant_id, type, id, after_type, after, size, number)
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

  private static func addRoles(_ rows: PostgresRows, _ snapshot: inout Snapshot) throws(PostgresError) {
    for row in rows {
      guard let type = ResourceType(rawValue: try row.text(1)) else { throw .decoding(reason: "column 1 is no object") }
      let key = RoleKey(
        tenantID: try row.identifier(0), object: Resource(type, try row.ulid(2)),
        member: try row.member(kind: try row.text(3), id: try row.text(4)))
      snapshot.roles[key] = try row.role(5)
    }
  }
}

/// A user, in a tenant.
struct TenantUser: Hashable {
  let tenantID: TenantID
  let userID: UserID
}

/// A user, and a workspace from which it is gone up to see what he may do.
struct UserWay: Hashable {
  let user: TenantUser
  let workspaceID: WorkspaceID
}

extension PostgresRow {
  func role(_ column: Int) throws(PostgresError) -> Role {
    guard let role = Role(rawValue: try text(column)) else { throw .decoding(reason: "column \(column) is no role") }
    return role
  }

  func member(kind: String, id: String) throws(PostgresError) -> Member {
    switch (Member.Kind(rawValue: kind), GroupID(id)) {
    case (.user, _): return .user(UserID(stored: id))
    case (.group, let id?): return .group(id)
    default: throw .decoding(reason: "a member is neither a user nor a group")
    }
  }
}
