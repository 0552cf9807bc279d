import EndToEndSupport
import PostgresClient
import TestSupport

extension Evidence.Tables {
  /// Reads all tables.
  init(of database: TestDatabase) async throws {
    self.init()
    let answers = try await database.withConnection { try await $0.pipeline(Self.queries) }
    for row in answers[0] {
      workspaces[try row.text("id")] = TenantModel.Workspace(
        tenant: try row.text("tenant_id"), id: try row.text("id"), name: try row.text("name"),
        parent: try row.optionalText("parent_workspace_id"), version: try row.int8("version"))
    }
    for row in answers[1] { self.answers[try row.text("id")] = try row.bytea("result") }
    for row in answers[2] { sequences[try row.text("id")] = try row.int8("event_sequence") }
    outbox = try answers[3][0].count()
    failed = try answers[4].map { Evidence.Failure(command: try $0.text("command"), how: try $0.text("how")) }
    for row in answers[5] {
      groups[try row.text("id")] = TenantModel.Group(
        tenant: try row.text("tenant_id"), id: try row.text("id"), name: try row.text("name"),
        version: try row.int8("version"))
    }
    for row in answers[6] {
      let role = TenantModel.Role(of: try Self.reference(row, "member"), on: try Self.reference(row, "object"))
      roles[role] = try row.text("role")
    }
  }

  /// The reference that the columns `NAME_type` and `NAME_id` hold.
  private static func reference(_ row: PostgresRow, _ name: String) throws -> TenantModel.Reference {
    let type = try row.text("\(name)_type")
    guard let kind = TenantModel.Reference.Kind(rawValue: type) else {
      throw Violation.incomplete("a role has a member or object of the unknown type \(type)")
    }
    return TenantModel.Reference(kind, try row.text("\(name)_id"))
  }

  private static let queries = [
    PostgresRequest("workspaces", "select id, tenant_id, name, parent_workspace_id, version from workspaces"),
    PostgresRequest("inbox", "select id, result from inbox"),
    PostgresRequest("tenants", "select id, event_sequence from tenants"),
    PostgresRequest("outbox", "select count(*) from outbox"),
    PostgresRequest(
      "failed",
      """
      select command_id as command, format('parked after %s failures, since %s', failures, parked_at::time(3)) as how
      from parked_commands
      union all
      select coalesce(command_id, 'without an id'), format('a dead letter since %s: %s, %s', recorded_at::time(3), reason, detail)
      from dead_letters
      """),
    PostgresRequest("groups", "select id, tenant_id, name, version from groups"),
    PostgresRequest(
      "roles",
      """
      select 'tenant' as object_type, tenant_id as object_id, 'user' as member_type, user_id as member_id, role from tenant_members
      union all
      select 'group', group_id, 'user', user_id, role from group_members
      union all
      select 'workspace', workspace_id, member_type, member_id, role from workspace_members
      """),
  ]
}
