package import WorkspaceApplication

/// What came of a message in the queue of queries.
package enum QueryOutcome: Sendable, Hashable {
  case succeeded
  /// A rule said no.
  case rejected(Rejection.Code)
  /// It can't be answered, and its sender was told so.
  case failed
  /// Nobody waits for it any more: its time was over before it was answered.
  case expired
  /// It names nobody to whom an answer could go.
  case unaddressed
  /// It is no query.
  case deadLettered(DeadLetterReason)

  /// An outcome without its code, by the name that is written down.
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
