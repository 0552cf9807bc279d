import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// Pages through objects and their members in the order of ids: a row for each object, followed by one for each member.
enum RelationshipPages {
  static func request(
    _ type: ResourceType, _ scope: RelationshipScope, after position: RelationshipPosition?, limit: Int
  ) -> PostgresRequest {
    let object = position?.object.description ?? ""
    let (kind, member) = (position?.member?.kind.rawValue ?? "", position?.member?.id ?? "")
    let (name, condition) = condition(scope, type)
    let (objects, members) = sources(type)
    let limit = Int64(limit)
    return PostgresRequest(
      "relationships_\(type.rawValue)_\(name)",
      """
      select o.id, o.tenant_id, o.linked_id, m.member_type, m.member_id, m.role
      from (select \(raw: objects) where id >= \(object) and \(condition) order by id limit \(limit) + 1) as o
      cross join lateral (
        select * from (
          select '' collate "C" as member_type, '' collate "C" as member_id, '' collate "C" as role
          union all
          (
            select \(raw: members)
              and (member_type, member_id) > (
                case when o.id = \(object) then \(kind) else '' end, case when o.id = \(object) then \(member) else '' end)
            order by member_type, member_id
            limit \(limit)
          )
        ) as either
        where o.id > \(object) or (member_type, member_id) > (\(kind), \(member))
        offset 0
      ) as m
      order by o.id, m.member_type, m.member_id
      limit \(limit)
      """)
  }

  private static func condition(_ scope: RelationshipScope, _ type: ResourceType) -> (name: String, PostgresQuery) {
    switch scope {
    case .all: ("all", "true")
    case .tenant(let id): ("tenant", type == .tenant ? "id = \(id)" : "tenant_id = \(id)")
    case .object(let id): ("object", "id = \(id)")
    }
  }

  static func relationships(
    _ row: PostgresRow, about type: ResourceType, opensRoot: Bool
  ) throws(PostgresError) -> (RelationshipPosition, [Relationship]) {
    let id = try row.ulid("id")
    if try row.text("member_type").isEmpty {
      return (RelationshipPosition(object: id, member: nil), try ofObject(row, type, id, opensRoot: opensRoot))
    }
    let member = try row.member()
    return (
      RelationshipPosition(object: id, member: member), [.role(try row.role(), of: member, on: Resource(type, id))]
    )
  }

  /// The object's own relationships. `linked_id` is a workspace's parent, or a tenant's root.
  private static func ofObject(
    _ row: PostgresRow, _ type: ResourceType, _ id: ULID, opensRoot: Bool
  ) throws(PostgresError) -> [Relationship] {
    let tenantID: TenantID = try row.identifier("tenant_id")
    switch type {
    case .tenant:
      guard let root: WorkspaceID = try row.optionalIdentifier("linked_id") else { return [] }
      return [.root(root, of: tenantID)]
    case .group: return [.tenant(tenantID, of: .group(GroupID(id)))]
    case .workspace:
      return Relationship.of(
        WorkspaceID(id), below: try row.optionalIdentifier("linked_id"), in: tenantID, opensRoot: opensRoot)
    }
  }

  /// The SQL that objects and their members are read from.
  private static func sources(_ type: ResourceType) -> (objects: String, members: String) {
    switch type {
    case .tenant:
      (
        """
        id, id as tenant_id,
          (select w.id from workspaces w where w.tenant_id = tenants.id and w.parent_workspace_id is null) as linked_id
        from tenants
        """,
        """
        * from (select 'user' collate "C" as member_type, user_id as member_id, role from tenant_members
        where tenant_members.tenant_id = o.id) as t where true
        """
      )
    case .group:
      (
        "id, tenant_id, null::text as linked_id from groups",
        """
        * from (select 'user' collate "C" as member_type, user_id as member_id, role from group_members
        where group_members.tenant_id = o.tenant_id and group_members.group_id = o.id) as g where true
        """
      )
    case .workspace:
      (
        "id, tenant_id, parent_workspace_id as linked_id from workspaces",
        """
        member_type, member_id, role from workspace_members
        where workspace_members.tenant_id = o.tenant_id and workspace_members.workspace_id = o.id
        """
      )
    }
  }
}
