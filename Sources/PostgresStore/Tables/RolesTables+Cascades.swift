import PostgresClient
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Reads the roles that are removed along with members, objects or tenants. Each statement stops one row above its
/// limit; the extra row shows that there are more.
extension RolesTables {
  /// The roles of members in the workspaces and groups of their tenants.
  static func find(of members: Set<TenantMember>, limit: Int) -> SnapshotQuery? {
    guard !members.isEmpty else { return nil }
    let (members, size) = (Array(members), Int64(limit) + 1)
    let request = PostgresRequest(
      "roles_find_of_members",
      """
      select m.*
      from unnest(\(members.map(\.tenantID)), \(members.map(\.member.kind.rawValue)), \(members.map(\.member.id)))
        as wanted (tenant_id, type, id)
      cross join lateral (
        (
          select \(raw: ofGroup)
          from group_members m
          where wanted.type = 'user' and m.tenant_id = wanted.tenant_id and m.user_id = wanted.id
          limit \(size)
        )
        union all
        (
          select \(raw: ofWorkspace)
          from workspace_members m
          where wanted.type = 'user' and m.tenant_id = wanted.tenant_id and m.user_id = wanted.id
          limit \(size)
        )
        union all
        (
          select \(raw: ofWorkspace)
          from workspace_members m
          where wanted.type = 'group' and m.tenant_id = wanted.tenant_id and m.group_id = wanted.id
          limit \(size)
        )
      ) as m
      limit \(size)
      """)
    return cascade(request, limit)
  }

  /// The roles on objects. Those of admins come last, and of these those of groups: the permission to remove the object
  /// may rest on them.
  static func find(on objects: Set<TenantResource>, limit: Int) -> SnapshotQuery? {
    guard !objects.isEmpty else { return nil }
    let (objects, size) = (Array(objects), Int64(limit) + 1)
    let request = PostgresRequest(
      "roles_find_on_objects",
      """
      with wanted as materialized (
        select *
        from unnest(\(objects.map(\.tenantID)), \(objects.map(\.object.type.rawValue)), \(objects.map(\.object.ulid)))
          as wanted (tenant_id, type, id)
      ), others as materialized (
        \(raw: onWanted(whose: "m.role <> 'admin'"))
        limit \(size)
      ), admins as (
        \(raw: onWanted(whose: "m.role = 'admin'"))
        -- Not looked for among many others as long as these fill the part.
        where (select count(*) from others) < \(size)
        order by m.member_type = 'group'
        limit \(size)
      )
      select * from (select 1 as place, * from others union all select 2, * from admins) as m
      order by m.place, m.member_type = 'group'
      limit \(size)
      """)
    return cascade(request, limit)
  }

  /// The roles on the groups and workspaces in `wanted`.
  private static func onWanted(whose condition: String) -> String {
    """
    select m.*
    from wanted
    cross join lateral (
      select \(ofGroup)
      from group_members m
      where wanted.type = 'group' and m.tenant_id = wanted.tenant_id and m.group_id = wanted.id and \(condition)
      union all
      select \(ofWorkspace)
      from workspace_members m
      where wanted.type = 'workspace' and m.tenant_id = wanted.tenant_id and m.workspace_id = wanted.id and \(condition)
    ) as m
    """
  }

  /// The roles in tenants. Those on the tenant itself come last, since the others rest on them. Leaves out tenants that
  /// have workspaces below their root: these are not deleted in this unit of work, so their roles don't matter.
  static func find(in tenants: Set<TenantID>, limit: Int) -> SnapshotQuery? {
    guard !tenants.isEmpty else { return nil }
    let size = Int64(limit) + 1
    let request = PostgresRequest(
      "roles_find_in_tenants",
      """
      with going as materialized (
        select wanted.id
        from unnest(\(Array(tenants))) as wanted (id)
        where not exists (
          select from workspaces w where w.tenant_id = wanted.id and w.parent_workspace_id is not null
        )
      )
      select m.*
      from (
        (select 1 as place, \(raw: ofWorkspace) from going join workspace_members m on m.tenant_id = going.id limit \(size))
        union all
        (select 2, \(raw: ofGroup) from going join group_members m on m.tenant_id = going.id limit \(size))
        union all
        (select 3, \(raw: ofTenant) from going join tenant_members m on m.tenant_id = going.id limit \(size))
      ) as m
      order by m.place
      limit \(size)
      """)
    return cascade(request, limit)
  }

  private static func cascade(_ request: PostgresRequest, _ limit: Int) -> SnapshotQuery {
    SnapshotQuery(request: request) { rows, snapshot throws(PostgresError) in
      let isCut = rows.count > limit
      for row in rows {
        let key = try row.roleKey()
        snapshot.roles[key] = try row.role()
        if isCut { snapshot.cascade.append(key) }
      }
    }
  }
}
