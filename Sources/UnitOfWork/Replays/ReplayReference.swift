package import WorkspaceApplication
package import WorkspaceDomain

/// The plan and letter that a replayed message belongs to.
package struct ReplayReference: Sendable, Hashable {
  /// The header that contains the reference, as `<plan>/<letter>`.
  package static let header = "x-replay"

  package let plan: ULID
  package let letter: ULID

  package init(plan: ULID, letter: ULID) {
    self.plan = plan
    self.letter = letter
  }

  /// - Returns: nil if `text` isn't a reference. Any sender can send such a header; a reference to a plan that does not
  ///   exist has no effect.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let plan = ULID(String(parts[0])), let letter = ULID(String(parts[1])) else { return nil }
    self.init(plan: plan, letter: letter)
  }

  package var text: String { "\(plan)/\(letter)" }
}

/// The command that an operator sends again.
package enum ReplayedCommand: Sendable, Equatable {
  /// The command of the letter.
  case original(InboxKey)
  /// The command that replaces it, identified by the SHA-256 of its body.
  case correction([UInt8])
}

/// The outcome of a replayed letter.
package struct ReplayOutcome: Sendable, Equatable {
  package let reference: ReplayReference
  package let outcome: Outcome
  package let at: Timestamp

  package init(reference: ReplayReference, outcome: Outcome, at: Timestamp) {
    self.reference = reference
    self.outcome = outcome
    self.at = at
  }

  /// The outcome as recorded: ``Outcome/text``, except that a repetition is recorded as `already_applied`.
  package var text: String { outcome == .repeated ? "already_applied" : outcome.text }

  /// Whether the outcome replaces one that is not a failure, which another command of the letter has had. A message
  /// that the broker dead-lettered doesn't: it can be the repetition of a command that has succeeded.
  package var outranks: Bool { outcome.kind == .deadLettered && outcome != .deadLettered(.brokerDeadLettered) }
}
