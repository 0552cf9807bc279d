package import WorkspaceApplication
import WorkspaceDomain

/// The data that the commands of one unit of work see and change: everything that was read, with their changes applied.
package final class WorkingSet {
  /// The part that commands have access to.
  package let repositories: Repositories
  /// The events that commands record, until they are taken.
  package let events: EventQueue
  private let workspaces: IdentityMap
  private let groups: GroupMap
  private let memberships: MembershipMap
  private let roleRules: RoleRules
  private let opensRoot: Bool

  /// - Parameter decisions: decisions made before the unit of work began; nil: the roles that were read decide.
  package init(readSet: ReadSet, snapshot: Snapshot, rules: AccessRules, decisions: GivenDecisions? = nil) {
    opensRoot = rules.opensRoot
    events = EventQueue()
    memberships = MembershipMap(readSet: readSet, snapshot: snapshot)
    workspaces = IdentityMap(readSet: readSet, snapshot: snapshot, memberships: memberships, events: events)
    groups = GroupMap(readSet: readSet, snapshot: snapshot, memberships: memberships, events: events)
    roleRules = RoleRules(
      readSet: readSet, workspaces: workspaces, groups: groups, memberships: memberships, rules: rules)
    let given = decisions.map { [workspaces, groups, memberships] decisions in
      GivenRules(decisions, workspaces: workspaces, groups: groups, memberships: memberships)
    }
    repositories = Repositories(
      workspaces: workspaces, groups: groups, memberships: memberships, authorization: given ?? roleRules,
      events: events)
  }

  /// Why a user may do something; nil if the user may not.
  package func ground(for question: AccessQuestion) throws(WorkspaceServiceError) -> AccessGround? {
    try roleRules.ground(for: question)
  }

  /// Adds the net effect of all changes.
  package func addChanges(to writeSet: inout WriteSet) {
    workspaces.addChanges(to: &writeSet)
    groups.addChanges(to: &writeSet)
    memberships.addChanges(to: &writeSet)
  }

  /// Adds the net changes of relationships. This has a cost, and is needed only if another service also keeps
  /// relationships.
  package func addRelationships(to writeSet: inout WriteSet) {
    var differences = RelationshipDifferences()
    workspaces.addRelationships(to: &differences, opensRoot: opensRoot)
    groups.addRelationships(to: &differences)
    memberships.addRelationships(to: &differences)
    writeSet.relationships = differences.commits
  }
}
