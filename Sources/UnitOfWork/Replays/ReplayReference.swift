package import WorkspaceApplication
package import WorkspaceDomain

/// Which letter of which plan a message is that an operator sends again.
package struct ReplayReference: Sendable, Hashable {
  /// The header that it stands in, as `<plan>/<letter>`.
  package static let header = "x-replay"

  package let plan: ULID
  package let letter: ULID

  package init(plan: ULID, letter: ULID) {
    self.plan = plan
    self.letter = letter
  }

  /// - Returns: nil where `text` is none. Anybody can write such a header; one that belongs to no plan changes nothing.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let plan = ULID(String(parts[0])), let letter = ULID(String(parts[1])) else { return nil }
    self.init(plan: plan, letter: letter)
  }

  package var text: String { "\(plan)/\(letter)" }
}

/// What came of a letter that was sent again.
package struct ReplayOutcome: Sendable, Equatable {
  package let reference: ReplayReference
  package let outcome: Outcome
  package let at: Timestamp

  package init(reference: ReplayReference, outcome: Outcome, at: Timestamp) {
    self.reference = reference
    self.outcome = outcome
    self.at = at
  }

  /// As it is recorded: ``Outcome/text``, but for what had been answered before, which operators read as
  /// `already_applied`.
  package var text: String { outcome == .repeated ? "already_applied" : outcome.text }
}
