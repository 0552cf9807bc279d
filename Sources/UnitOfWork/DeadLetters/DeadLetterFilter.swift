package import WorkspaceDomain

/// Which dead letters an operator means: those that meet every condition that is set. Without any, all of them.
package struct DeadLetterFilter: Sendable, Equatable {
  /// One of these, where any are given; the same for the next three.
  package var ids: [ULID] = []
  package var reasons: [String] = []
  package var tenants: [TenantID] = []
  /// Types of commands.
  package var types: [String] = []
  /// What has become of them. Any of these; all where none is given.
  package var states: [DeadLetterState] = []
  /// Recorded at this time or later.
  package var since: Timestamp?
  /// Recorded before this time.
  package var until: Timestamp?
  /// Stands in the detail, or in the body as UTF-8, letter for letter.
  package var text: String?

  package init() {}
}
