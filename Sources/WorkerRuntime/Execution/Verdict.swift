package import MessageContract
package import UnitOfWork
package import WorkspaceApplication
package import WorkspaceDomain

/// What is decided about a message in advance, so that it need not run: it has been tried, or must not be. Its
/// neighbours in a batch may have other verdicts, or none.
///
/// Indirect: most messages have none, and carry one word for it.
package indirect enum Verdict: Sendable {
  /// The database enforced a rule whose violation the pre-check did not see.
  case rejected(WorkspaceServiceError)
  /// It has failed unexpectedly, and is retried.
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

  /// The same without an entry in the inbox; nil if there is none anyway, or if one is required.
  var unremembered: Verdict? {
    guard case .deadLetter(let failure, let error, let attempts, isRemembered: true) = self else { return nil }
    return .deadLetter(failure, error: error, attempts: attempts, isRemembered: false)
  }
}
