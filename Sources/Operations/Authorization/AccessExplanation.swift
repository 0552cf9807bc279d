package import UnitOfWork
package import WorkspaceApplication
package import WorkspaceDomain

/// What somebody may do, and by what.
package struct AccessExplanation: Sendable {
  package let question: AccessQuestion
  /// nil: he may not.
  package let ground: AccessGround?
  /// Whether the tenant has such an object.
  package let exists: Bool
  /// The workspaces from the root down to the one in question; empty where it is none of the tenant's, and for other
  /// objects.
  package let path: [WorkspaceID]
  /// What he and his groups are in the tenant, and on the object and above it, from above downwards.
  package let roles: [HeldRole]
  /// Of the workspaces and groups among all these.
  package let names: [Resource: String]
}
