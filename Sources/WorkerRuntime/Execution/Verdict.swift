package import MessageContract
package import WorkspaceApplication

/// What is decided about a command that stands alone, without running it again.
package enum Verdict: Sendable {
  /// The database upheld a rule that the pre-check did not see broken.
  case rejected(WorkspaceServiceError)
  /// It failed again and again, for a reason that is no rule.
  case failed(CommandFailure)

  /// It is a dead letter.
  package var isFailure: Bool {
    if case .failed = self { true } else { false }
  }
}
