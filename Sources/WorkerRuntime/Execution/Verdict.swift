package import MessageContract
package import UnitOfWork
package import WorkspaceApplication
package import WorkspaceDomain

/// What is decided about a message before it runs, so that it need not: it has been tried, or must not be. Its
/// neighbours in a batch may be decided about otherwise, or not at all.
///
/// Indirect: most messages have none, and carry one word for it.
package indirect enum Verdict: Sendable {
  /// The database upheld a rule that the pre-check did not see broken.
  case rejected(WorkspaceServiceError)
  /// It has failed unexpectedly, and is tried again.
  case parked(ParkedCommand.Failures, until: Timestamp)
  /// Nobody can process it. The inbox remembers that, unless `isRemembered` is false.
  case deadLetter(CommandFailure, error: String?, attempts: DeadLetter.Attempts, isRemembered: Bool = true)

  /// It becomes a dead letter.
  package var isDeadLetter: Bool {
    if case .deadLetter = self { true } else { false }
  }

  var isParked: Bool {
    if case .parked = self { true } else { false }
  }

  /// The rule that says no, where one does.
  var rejection: WorkspaceServiceError? {
    if case .rejected(let error) = self { error } else { nil }
  }

  /// The same without an entry in the inbox; nil where there is none anyway, or where there has to be one.
  var unremembered: Verdict? {
    guard case .deadLetter(let failure, let error, let attempts, isRemembered: true) = self else { return nil }
    return .deadLetter(failure, error: error, attempts: attempts, isRemembered: false)
  }
}
