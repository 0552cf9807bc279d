package import WorkspaceDomain

/// Selects dead letters: those that meet every condition that is set. Without conditions, all of them.
package struct DeadLetterFilter: Sendable, Equatable {
  /// The letter has one of these ids; any id if empty. Likewise for the next four properties.
  package var ids: [ULID] = []
  /// Codes of reasons, including those of other versions.
  package var reasons: [String] = []
  package var tenants: [TenantID] = []
  /// Types of commands.
  package var types: [String] = []
  /// `<virtual host>/<queue>` that the letters were delivered from.
  package var queues: [String] = []
  /// The same, of queues whose letters are left out.
  package var excludedQueues: [String] = []
  /// The letter is in one of these states; in any state if empty.
  package var states: [DeadLetterState] = []
  /// Recorded at this time or later.
  package var since: Timestamp?
  /// Recorded before this time.
  package var until: Timestamp?
  /// The command was answered at this time or later (``DeadLetter/answeredAt``) or, if the inbox had no answer, the
  /// letter was recorded at this time or later.
  package var knownSince: Timestamp?
  /// The same with "before this time" instead of "at this time or later".
  package var knownBefore: Timestamp?
  /// Text that occurs verbatim in the detail or, as UTF-8, in the body.
  package var text: String?
  /// Whether the case of ``text`` is ignored; in a body, only that of ASCII letters.
  package var ignoresCase = false

  package init() {}
}

extension DeadLetterFilter {
  /// Selects those of this filter's letters that can be sent again.
  ///
  /// - Parameter again: whether to include those that were sent before.
  package func replayable(again: Bool) -> DeadLetterFilter {
    var filter = self
    filter.states = again ? [.open, .replayed] : [.open]
    return filter
  }
}
