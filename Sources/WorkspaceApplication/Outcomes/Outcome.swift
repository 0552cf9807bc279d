/// The outcome of a message, as a single value: metrics, spans, replays and the log report it in the same terms, none
/// of which is chosen by a sender.
package enum Outcome: Sendable, Hashable {
  case succeeded
  /// A rule was violated.
  case rejected(Rejection.Code)
  /// It had been answered before, and got its answer again.
  case repeated
  /// It has failed unexpectedly and is retried later, or waits behind one that has.
  case parked
  /// It can't be processed.
  case deadLettered(DeadLetterReason)

  /// An outcome without its code, by its recorded name.
  package enum Kind: String, Sendable, CaseIterable {
    case succeeded, rejected, repeated, parked
    case deadLettered = "dead_lettered"

    /// The kind of an outcome recorded as `text`; nil if it isn't one of these. The code after it may be one that only
    /// another version of this program knows.
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

  /// The code of a rejection or the reason of a dead letter; nil for the other outcomes.
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
