import WorkspaceDomain

/// Port: who may do what. Everything that may have to be decided was requested in advance (``AccessReads/questions``);
/// changes by earlier commands of the unit of work are included.
package protocol AuthorizationProvider: AnyObject {
  /// Whether the user has the permission on an object of the tenant. An object that does not exist, or belongs to
  /// another tenant, permits nothing.
  ///
  /// - Throws: ``WorkspaceServiceError/repositoryFailed(_:)`` if the unit of work has no answer.
  func permits(_ question: AccessQuestion) throws(WorkspaceServiceError) -> Bool
}
