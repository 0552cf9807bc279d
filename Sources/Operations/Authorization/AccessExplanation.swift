package import UnitOfWork
package import WorkspaceApplication
package import WorkspaceDomain

/// Whether a user may do something, and why.
package struct AccessExplanation: Sendable {
  package let question: AccessQuestion
  /// What permits it; nil: nothing does.
  package let ground: AccessGround?
  /// Whether the tenant has such an object.
  package let exists: Bool
  /// The workspaces from the root down to the one in question; empty if the tenant has no such workspace, and for other
  /// objects.
  package let path: [WorkspaceID]
  /// The roles of the user and the user's groups in the tenant, on the object and on those above it, from the top down.
  package let roles: [HeldRole]
  /// The names of the workspaces and groups among these objects and members.
  package let names: [Resource: String]
}
