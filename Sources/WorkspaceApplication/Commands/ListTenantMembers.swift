package import WorkspaceDomain

/// Lists at most `limit` of the tenant's members, in their order.
package struct ListTenantMembers: WorkspaceCommand {
  package static let typeName = "tenant.list_members"

  package let limit: Int
  package let after: Member?

  package init(limit: Int, after: Member?) {
    self.limit = limit
    self.after = after
  }

  package init(_ data: CommandData) throws(CommandData.Problem) {
    limit = try data.pageLimit()
    after = try data.memberCursor("after", of: [.user])
  }

  package var largestAnswer: Int { limit }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.askForMembers(of: .tenant(actor.tenantID), after: after, limit: limit, actor)
    reads.ask(.view, on: .tenant(actor.tenantID), by: actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    try TenantService(scope).members(after: after, limit: limit)
  }
}

extension TenantService {
  package func members(after: Member?, limit: Int) throws(WorkspaceServiceError) -> CommandReply {
    try scope.require(.view, on: tenant)
    return .members(tenant, try scope.members(of: tenant, after: after, limit: limit))
  }
}
