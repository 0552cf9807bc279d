import WorkspaceDomain

/// Port: who may do what. What could have to be decided was asked for before (``AccessReads/questions``); what earlier
/// commands of the unit of work have changed counts.
package protocol AuthorizationProvider: AnyObject {
  /// Whether the user has the permission on an object of the tenant. An object that does not exist, or is another tenant's,
  /// permits nothing.
  ///
  /// - Throws: ``WorkspaceServiceError/repositoryFailed(_:)`` where the unit of work has no answer.
  func permits(_ question: AccessQuestion) throws(WorkspaceServiceError) -> Bool
}
