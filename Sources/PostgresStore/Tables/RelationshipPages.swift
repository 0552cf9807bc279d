import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// Pages through objects and their members in the order of ids: a row for each object, and behind it one for each member.
enum RelationshipPages {
  static func request(
    _ type: ResourceType, _ scope: RelationshipScope, after position: RelationshipPosition?, limit: Int
  ) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(position?.object.description ?? "")
    parameters.append(position?.member?.kind.rawValue ?? "")
    parameters.append(position?.member?.id ?? "")
    parameters.append(Int64(limit))
    switch scope {
    case .all: break
    case .tenant(let id): parameters.append(id.description)
    case .object(let id): parameters.append(id.description)
    }
    return PostgresRequest(statement(type, scope), parameters)
  }

  static func relationships(
    _ row: PostgresRow, about type: ResourceType, opensRoot: Bool
  ) throws(PostgresError) -> (RelationshipPosition, [Relationship]) {
    let id = try row.ulid(0)
    let kind = try row.text(3)
    guard kind.isEmpty else {
      let member = try row.member(kind: kind, id: try row.text(4))
      return (
        RelationshipPosition(object: id, member: member), [.role(try row.role(5), of: member, on: Resource(type, id))]
      )
    }
    return (RelationshipPosition(object: id, member: nil), try ofObject(row, type, id, opensRoot: opensRoot))
  }

  /// The third column is a workspace's parent, or a tenant's root.
  private static func ofObject(
    _ row: PostgresRow, _ type: ResourceType, _ id: ULID, opensRoot: Bool
  ) throws(PostgresError) -> [Relationship] {
    let tenantID: TenantID = try row.identifier(1)
    switch type {
    case .tenant:
      guard let root: WorkspaceID = try row.optionalIdentifier(2) else { return [] }
      return [.root(root, of: tenantID)]
    case .group: return [.tenant(tenantID, of: .group(GroupID(id)))]
    case .workspace:
      return Relationship.of(WorkspaceID(id), below: try row.optionalIdentifier(2), in: tenantID, opensRoot: opensRoot)
    }
  }

  private static func statement(_ type: ResourceType, _ scope: RelationshipScope) -> PostgresStatement {
    let (name, types, condition): (String, [PostgresType], String) =
      switch scope {
      case .all: ("all", [], "true")
      case .tenant: ("tenant", [.text], type == .tenant ? "id = $5" : "tenant_id = $5")
      case .object: ("object", [.text], "id = $5")
      }
    let (objects, members) = sources(type)
    return PostgresStatement(
      name: "relationships_\(type.rawValue)_\(name)", parameters: [.text, .text, .text, .int8] + types,
      sql: """
        select o.id, o.tenant_id, o.linked_id, m.member_type, m.member_id, m.role
        from (select \(objects) where id >= $1 and \(condition) order by id limit $4 + 1) as o
        cross join lateral (
          select * from (
            select '' collate "C" as member_type, '' collate "C" as member_id, '' collate "C" as role
            union all
            (
              select \(members)
                and (member_type, member_id) > (case when o.id = $1 then $2 else '' end, case when o.id = $1 then $3 else '' end)
              order by member_type, member_id
              limit $4
            )
          ) as either
          where o.id > $1 or (member_type, member_id) > ($2, $3)
          offset 0
        ) as m
        order by o.id, m.member_type, m.member_id
        limit $4
        """)
  }

  /// What objects are read from, and their members.
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
