import WorkspaceApplication

extension WorkspaceServiceError {
  /// The read set did not ask for `what`.
  static func notLoaded(_ what: String) -> WorkspaceServiceError { .repositoryFailed(.notLoaded(what)) }

  /// The unit of work can't tell `what` until its changes are committed, or while it holds other commands.
  static func undecided(_ what: String) -> WorkspaceServiceError { .repositoryFailed(.undecided(what)) }
}
