package import MessageContract
package import UnitOfWork
package import WorkspaceApplication
package import WorkspaceDomain

/// What is decided about a message that stands alone, without running it again.
package enum Verdict: Sendable {
  /// The database upheld a rule that the pre-check did not see broken.
  case rejected(WorkspaceServiceError)
  /// It has failed for a reason that is no rule, and is tried again.
  case parked(ParkedCommand.Failures, until: Timestamp)
  /// Nobody can process it.
  case deadLetter(CommandFailure, error: String?, attempts: DeadLetter.Attempts)

  /// It becomes a dead letter.
  package var isDeadLetter: Bool {
    if case .deadLetter = self { true } else { false }
  }
}
