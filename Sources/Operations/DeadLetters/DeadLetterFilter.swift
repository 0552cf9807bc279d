package import WorkspaceDomain

/// Which dead letters an operator means: those that meet every condition that is set. Without any, all of them.
package struct DeadLetterFilter: Sendable, Equatable {
  /// One of these, where any are given; the same for the next four.
  package var ids: [ULID] = []
  /// Codes, also those of other versions.
  package var reasons: [String] = []
  package var tenants: [TenantID] = []
  /// Types of commands.
  package var types: [String] = []
  /// `<virtual host>/<queue>` that they were delivered from.
  package var queues: [String] = []
  /// What has become of them. Any of these; all where none is given.
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
  /// Stands in the detail, or in the body as UTF-8, letter for letter.
  package var text: String?
  /// Capital and small letters of ``text`` are the same; in a body those of ASCII.
  package var ignoresCase = false

  package init() {}
}

extension DeadLetterFilter {
  /// Those of its letters that can be sent again.
  ///
  /// - Parameter again: also those that were sent before.
  package func replayable(again: Bool) -> DeadLetterFilter {
    var filter = self
    filter.states = again ? [.open, .replayed] : [.open]
    return filter
  }
}
