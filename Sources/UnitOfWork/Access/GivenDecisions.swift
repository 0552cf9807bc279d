package import WorkspaceApplication
package import WorkspaceDomain

/// Decisions made before a unit of work began, and the state of its tenants that they are based on.
package struct GivenDecisions: Sendable, Equatable {
  /// Whether the user of each question has the permission. Questions that could not be decided are left out.
  package let answers: [AccessQuestion: Bool]
  /// The `sequence` of each tenant at the time; nil for an unknown tenant.
  package let sequences: [TenantID: Int64?]

  package init(answers: [AccessQuestion: Bool], sequences: [TenantID: Int64?]) {
    self.answers = answers
    self.sequences = sequences
  }

  /// Whether nothing has changed since in the tenants concerned: every change of a relationship comes with an event,
  /// and so with a new sequence.
  package func hold(in snapshot: Snapshot) -> Bool { sequences.allSatisfy { $0.value == snapshot.tenants[$0.key] } }
}
