package import WorkspaceApplication
package import WorkspaceDomain

/// What was decided before a unit of work began, and on which state of its tenants.
package struct GivenDecisions: Sendable, Equatable {
  /// Whether the user may. What could not be decided is left out.
  package let answers: [AccessQuestion: Bool]
  /// The `sequence` of each tenant at that moment; nil for one that was unknown.
  package let sequences: [TenantID: Int64?]

  package init(answers: [AccessQuestion: Bool], sequences: [TenantID: Int64?]) {
    self.answers = answers
    self.sequences = sequences
  }

  /// Whether nothing has changed since in the tenants that they are about: every change of a relationship is told by an
  /// event.
  package func hold(in snapshot: Snapshot) -> Bool { sequences.allSatisfy { $0.value == snapshot.tenants[$0.key] } }
}
