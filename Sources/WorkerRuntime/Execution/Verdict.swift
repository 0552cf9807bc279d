package import MessageContract
package import UnitOfWork
package import WorkspaceApplication
package import WorkspaceDomain

/// A decision about a message before its batch runs, so that the message is not executed: it was tried already, or must
/// not be. Other messages of its batch may have other verdicts, or none.
///
/// Indirect: most messages have none, and spend only one word on it.
package indirect enum Verdict: Sendable {
  /// The database enforced a rule whose violation the pre-check did not see.
  case rejected(WorkspaceServiceError)
  /// It has failed unexpectedly, and waits to be retried.
  case parked(ParkedCommand.Failures, until: Timestamp)
  /// It can't be processed. The inbox remembers that, unless `isRemembered` is false.
  case deadLetter(CommandFailure, error: String?, attempts: DeadLetter.Attempts, isRemembered: Bool = true)

  /// Whether it becomes a dead letter.
  package var isDeadLetter: Bool {
    if case .deadLetter = self { true } else { false }
  }

  var isParked: Bool {
    if case .parked = self { true } else { false }
  }

  /// The violated rule, if any.
  var rejection: WorkspaceServiceError? {
    if case .rejected(let error) = self { error } else { nil }
  }

  /// The same dead letter without an entry in the inbox; nil if this isn't a dead letter, or has no entry anyway.
  var unremembered: Verdict? {
    guard case .deadLetter(let failure, let error, let attempts, isRemembered: true) = self else { return nil }
    return .deadLetter(failure, error: error, attempts: attempts, isRemembered: false)
  }
}
