package import WorkspaceDomain

/// Which dead letters an operator means: those that meet every condition set. Without conditions, all of them.
package struct DeadLetterFilter: Sendable, Equatable {
  /// One of these, if any are given; the same for the next four.
  package var ids: [ULID] = []
  /// Codes, including those of other versions.
  package var reasons: [String] = []
  package var tenants: [TenantID] = []
  /// Types of commands.
  package var types: [String] = []
  /// `<virtual host>/<queue>` that they were delivered from.
  package var queues: [String] = []
  /// Any of these states; all if none is given.
  package var states: [DeadLetterState] = []
  /// Recorded at this time or later.
  package var since: Timestamp?
  /// Recorded before this time.
  package var until: Timestamp?
  /// The inbox knew their command's answer since this time or later, or did not know it when they were recorded at this
  /// time or later (``DeadLetter/answeredAt``).
  package var knownSince: Timestamp?
  /// The opposite.
  package var knownBefore: Timestamp?
  /// Occurs in the detail, or in the body as UTF-8, verbatim.
  package var text: String?
  /// Whether the case of ``text`` is ignored; in a body only of ASCII letters.
  package var ignoresCase = false

  package init() {}
}

extension DeadLetterFilter {
  /// Those of the filter's letters that can be sent again.
  ///
  /// - Parameter again: whether to include those that were sent before.
  package func replayable(again: Bool) -> DeadLetterFilter {
    var filter = self
    filter.states = again ? [.open, .replayed] : [.open]
    return filter
  }
}
