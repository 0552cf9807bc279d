/// What came of a message, the one value for it: metrics, spans, replays and the log tell it in the same words. None of
/// them is the sender's to choose.
package enum Outcome: Sendable, Hashable {
  case succeeded
  /// A rule said no.
  case rejected(Rejection.Code)
  /// It had been answered before, and got its answer again.
  case repeated
  /// It has failed unexpectedly and is tried again later, or stands behind one that has.
  case parked
  /// Nobody can process it.
  case deadLettered(DeadLetterReason)

  /// An outcome without its code, by the name that is written down.
  package enum Kind: String, Sendable, CaseIterable {
    case succeeded, rejected, repeated, parked
    case deadLettered = "dead_lettered"

    /// The kind of an outcome that was written as `text`; nil where it is none of these. The code behind it may be one
    /// that only another version of this program knows.
    package init?(ofText text: some StringProtocol) { self.init(rawValue: String(text.prefix { $0 != ":" })) }
  }

  package var kind: Kind {
    switch self {
    case .succeeded: .succeeded
    case .rejected: .rejected
    case .repeated: .repeated
    case .parked: .parked
    case .deadLettered: .deadLettered
    }
  }

  /// The code of a rejection, the reason of a dead letter; nil for the others.
  package var code: String? {
    switch self {
    case .rejected(let code): code.rawValue
    case .deadLettered(let reason): reason.rawValue
    case .succeeded, .repeated, .parked: nil
    }
  }

  /// `succeeded`, `rejected:<code>`, `repeated`, `parked` or `dead_lettered:<reason>`.
  package var text: String { code.map { "\(kind.rawValue):\($0)" } ?? kind.rawValue }
}
