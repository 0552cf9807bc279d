package import WorkspaceApplication

/// The outcome of a message in the queue of queries.
package enum QueryOutcome: Sendable, Hashable {
  case succeeded
  /// It was rejected, with this code.
  case rejected(Rejection.Code)
  /// It can't be answered, and its sender was told so.
  case failed
  /// It expired before it was answered: its sender no longer waits for the answer.
  case expired
  /// It has no usable reply address.
  case unaddressed
  /// It is not a query, or it has killed too many processes.
  case deadLettered(DeadLetterReason)

  /// The kind of an outcome, without its code, by its name in metrics.
  package enum Kind: String, Sendable, CaseIterable {
    case succeeded, rejected, failed, expired, unaddressed
    case deadLettered = "dead_lettered"
  }

  package var kind: Kind {
    switch self {
    case .succeeded: .succeeded
    case .rejected: .rejected
    case .failed: .failed
    case .expired: .expired
    case .unaddressed: .unaddressed
    case .deadLettered: .deadLettered
    }
  }
}
