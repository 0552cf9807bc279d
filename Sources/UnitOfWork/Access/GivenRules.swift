package import WorkspaceApplication
import WorkspaceDomain

/// Applies decisions that were made before the unit of work began. These do not cover what the unit of work has changed
/// since: after a change of a tenant's relationships, further questions about the tenant are undecided.
package final class GivenRules: AuthorizationProvider {
  private let decisions: GivenDecisions
  private let workspaces: IdentityMap
  private let groups: GroupMap
  private let memberships: MembershipMap

  package init(_ decisions: GivenDecisions, workspaces: IdentityMap, groups: GroupMap, memberships: MembershipMap) {
    self.decisions = decisions
    self.workspaces = workspaces
    self.groups = groups
    self.memberships = memberships
  }

  package func permits(_ question: AccessQuestion) throws(WorkspaceServiceError) -> Bool {
    // The decider does not know which tenant an object belongs to: a user may have rights in two tenants.
    guard try isThere(question.resource, in: question.tenantID) else { return false }
    guard !haveRelationshipsChanged(in: question.tenantID) else {
      throw .undecided("what a user of tenant \(question.tenantID) may do")
    }
    guard let answer = decisions.answers[question] else {
      throw .notLoaded("a decision on what a user of tenant \(question.tenantID) may do")
    }
    return answer
  }

  private func isThere(_ resource: Resource, in tenantID: TenantID) throws(WorkspaceServiceError) -> Bool {
    switch resource {
    case .tenant(let id): id == tenantID
    case .group(let id): try groups.group(id)?.tenantID == tenantID
    case .workspace(let id): try workspaces.workspace(id)?.tenantID == tenantID
    }
  }

  private func haveRelationshipsChanged(in tenantID: TenantID) -> Bool {
    workspaces.hasRearranged(tenantID) || groups.hasRearranged(tenantID) || memberships.hasChangedViews(of: tenantID)
  }
}
