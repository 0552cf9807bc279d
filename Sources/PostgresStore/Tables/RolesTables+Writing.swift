import PostgresClient
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Writing: each table has a statement that removes roles and one that sets them.
extension RolesTables {
  static func remove(_ keys: [RoleKey], on type: ResourceType) -> PostgresRequest? {
    let keys = keys.filter { $0.object.type == type }
    guard !keys.isEmpty else { return nil }
    let (table, columns) = (table(type), columns(type))
    return PostgresRequest(
      "\(table)_remove",
      """
      with changed as (
        delete from \(raw: table)
        using unnest(\(values(keys, type))) as gone (\(raw: columns.joined(separator: ", ")))
        where \(raw: columns.map { "\(table).\($0) = gone.\($0)" }.joined(separator: " and "))
        returning 1
      )
      select expect_rows((select count(*) from changed), \(Int64(keys.count)))
      """)
  }

  static func set(_ changes: [WriteSet.RoleChange], on type: ResourceType) -> PostgresRequest? {
    let changes = changes.filter { $0.key.object.type == type }
    guard !changes.isEmpty else { return nil }
    let table = table(type)
    return PostgresRequest(
      "\(table)_set",
      """
      insert into \(raw: table) (\(raw: columns(type).joined(separator: ", ")), role)
      select * from unnest(\(values(changes.map(\.key), type)), \(changes.map(\.role.rawValue)))
      on conflict on constraint \(raw: "pk_\(table)") do update set role = excluded.role
      """)
  }

  private static func table(_ type: ResourceType) -> String { "\(type.rawValue)_members" }

  /// The columns of the primary key.
  private static func columns(_ type: ResourceType) -> [String] {
    switch type {
    case .tenant: ["tenant_id", "user_id"]
    case .group: ["tenant_id", "group_id", "user_id"]
    case .workspace: ["tenant_id", "workspace_id", "member_type", "member_id"]
    }
  }

  /// An array for each of the columns.
  private static func values(_ keys: [RoleKey], _ type: ResourceType) -> PostgresQuery {
    let (tenants, objects) = (keys.map(\.tenantID), keys.map(\.object.ulid))
    let (kinds, members) = (keys.map(\.member.kind.rawValue), keys.map(\.member.id))
    return switch type {
    case .tenant: "\(tenants), \(members)"
    case .group: "\(tenants), \(objects), \(members)"
    case .workspace: "\(tenants), \(objects), \(kinds), \(members)"
    }
  }
}
