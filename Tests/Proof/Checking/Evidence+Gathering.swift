import EndToEndSupport
import PostgresClient
import TestSupport

extension Evidence.Tables {
  /// Reads all of them.
  init(of database: TestDatabase) async throws {
    self.init()
    let requests = Self.queries.map { PostgresRequest($0) }
    let answers = try await database.withConnection { try await $0.pipeline(requests) }
    for row in answers[0] {
      workspaces[try row.text(0)] = TenantModel.Workspace(
        tenant: try row.text(1), id: try row.text(0), name: try row.text(2), parent: try row.optionalText(3),
        version: try row.int8(4))
    }
    for row in answers[1] { self.answers[try row.text(0)] = try row.bytea(1) }
    for row in answers[2] { sequences[try row.text(0)] = try row.int8(1) }
    outbox = Int(try answers[3][0].int8(0))
    failed = try answers[4].map { Evidence.Failure(command: try $0.text(0), how: try $0.text(1)) }
    for row in answers[5] {
      groups[try row.text(0)] = TenantModel.Group(
        tenant: try row.text(1), id: try row.text(0), name: try row.text(2), version: try row.int8(3))
    }
    for row in answers[6] {
      roles[TenantModel.Role(of: try Self.reference(row, 2), on: try Self.reference(row, 0))] = try row.text(4)
    }
  }

  /// - Parameter column: of its type; that of its id follows.
  private static func reference(_ row: PostgresRow, _ column: Int) throws -> TenantModel.Reference {
    let type = try row.text(column)
    guard let kind = TenantModel.Reference.Kind(rawValue: type) else {
      throw Violation.incomplete("a role of or on something of the type \(type)")
    }
    return TenantModel.Reference(kind, try row.text(column + 1))
  }

  private static let queries = [
    PostgresStatement(name: "workspaces", sql: "select id, tenant_id, name, parent_workspace_id, version from workspaces"),
    PostgresStatement(name: "inbox", sql: "select id, result from inbox"),
    PostgresStatement(name: "tenants", sql: "select id, event_sequence from tenants"),
    PostgresStatement(name: "outbox", sql: "select count(*) from outbox"),
    PostgresStatement(
      name: "failed",
      sql: """
        select command_id, format('parked after %s failures, since %s', failures, parked_at::time(3)) from parked_commands
        union all
        select coalesce(command_id, 'without an id'), format('a dead letter since %s: %s, %s', recorded_at::time(3), reason, detail)
        from dead_letters
        """),
    PostgresStatement(name: "groups", sql: "select id, tenant_id, name, version from groups"),
    PostgresStatement(
      name: "roles",
      sql: """
        select 'tenant', tenant_id, 'user', user_id, role from tenant_members
        union all
        select 'group', group_id, 'user', user_id, role from group_members
        union all
        select 'workspace', workspace_id, member_type, member_id, role from workspace_members
        """),
  ]
}
