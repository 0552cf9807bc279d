import PostgresClient
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Writing: each table has a statement that takes roles away and one that sets them.
extension RolesTables {
  static func remove(_ keys: [RoleKey], on type: ResourceType) -> PostgresRequest? {
    let keys = keys.filter { $0.object.type == type }
    guard !keys.isEmpty else { return nil }
    var parameters = PostgresParameters()
    append(keys, type, to: &parameters)
    return PostgresRequest(removing[type] ?? removal(type), parameters)
  }

  static func set(_ changes: [WriteSet.RoleChange], on type: ResourceType) -> PostgresRequest? {
    let changes = changes.filter { $0.key.object.type == type }
    guard !changes.isEmpty else { return nil }
    var parameters = PostgresParameters()
    append(changes.map(\.key), type, to: &parameters)
    parameters.append(array: changes.map(\.role.rawValue))
    return PostgresRequest(setting[type] ?? assignment(type), parameters)
  }

  private static let removing = Dictionary(uniqueKeysWithValues: ResourceType.allCases.map { ($0, removal($0)) })
  private static let setting = Dictionary(uniqueKeysWithValues: ResourceType.allCases.map { ($0, assignment($0)) })

  private static func append(_ keys: [RoleKey], _ type: ResourceType, to parameters: inout PostgresParameters) {
    parameters.append(array: keys.map(\.tenantID))
    if type != .tenant { parameters.append(array: keys.map(\.object.ulid)) }
    if type == .workspace { parameters.append(array: keys.map(\.member.kind.rawValue)) }
    parameters.append(array: keys.map(\.member.id))
  }

  /// The columns of the primary key.
  private static func columns(_ type: ResourceType) -> [String] {
    switch type {
    case .tenant: ["tenant_id", "user_id"]
    case .group: ["tenant_id", "group_id", "user_id"]
    case .workspace: ["tenant_id", "workspace_id", "member_type", "member_id"]
    }
  }

  private static func removal(_ type: ResourceType) -> PostgresStatement {
    let (table, columns) = ("\(type.rawValue)_members", columns(type))
    let places = (1...columns.count).map { "$\($0)" }.joined(separator: ", ")
    let isSame = columns.map { "\(table).\($0) = gone.\($0)" }.joined(separator: " and ")
    return PostgresStatement(
      name: "\(table)_remove", parameters: columns.map { _ in .textArray },
      sql: """
        with changed as (
          delete from \(table) using unnest(\(places)) as gone (\(columns.joined(separator: ", ")))
          where \(isSame)
          returning 1
        )
        select expect_rows((select count(*) from changed), cardinality($1))
        """)
  }

  private static func assignment(_ type: ResourceType) -> PostgresStatement {
    let (table, columns) = ("\(type.rawValue)_members", columns(type))
    let places = (1...columns.count + 1).map { "$\($0)" }.joined(separator: ", ")
    return PostgresStatement(
      name: "\(table)_set", parameters: (columns + ["role"]).map { _ in .textArray },
      sql: """
        insert into \(table) (\(columns.joined(separator: ", ")), role)
        select * from unnest(\(places))
        on conflict on constraint pk_\(table) do update set role = excluded.role
        """)
  }
}
