package import WorkspaceDomain

/// Port: records events, in order.
package protocol EventRecorder: AnyObject {
  func record(_ event: DomainEvent)
}

/// Everything that a unit of work lets commands see and change.
package final class Repositories {
  package let workspaces: any WorkspaceRepository
  package let groups: any GroupRepository
  package let memberships: any MembershipRepository
  package let authorization: any AuthorizationProvider
  package let events: any EventRecorder

  package init(
    workspaces: any WorkspaceRepository, groups: any GroupRepository, memberships: any MembershipRepository,
    authorization: any AuthorizationProvider, events: any EventRecorder
  ) {
    self.workspaces = workspaces
    self.groups = groups
    self.memberships = memberships
    self.authorization = authorization
    self.events = events
  }
}
