/// Port: observes what happens to workspaces. Implementations produce logs, metrics or spans.
///
/// Domain-oriented observability: https://martinfowler.com/articles/domain-oriented-observability.html
package protocol WorkspaceServiceProbe {
  /// - Parameter context: the command that caused it.
  func observe(_ observation: WorkspaceObservation, of context: CommandContext)
}

/// Several probes, notified one after another.
package struct WorkspaceServiceProbes: WorkspaceServiceProbe, Sendable {
  private let probes: [any WorkspaceServiceProbe & Sendable]

  package init(_ probes: [any WorkspaceServiceProbe & Sendable]) { self.probes = probes }

  package func observe(_ observation: WorkspaceObservation, of context: CommandContext) {
    for probe in probes { probe.observe(observation, of: context) }
  }
}

/// Keeps observations until the unit of work has committed: what was rolled back did not happen.
package final class DeferredObservations: WorkspaceServiceProbe {
  private var observations: [(observation: WorkspaceObservation, context: CommandContext)] = []

  package init() {}

  package func observe(_ observation: WorkspaceObservation, of context: CommandContext) {
    observations.append((observation, context))
  }

  /// Passes everything to `probe`, in order, and forgets it.
  package func flush(to probe: any WorkspaceServiceProbe) {
    for (observation, context) in observations { probe.observe(observation, of: context) }
    observations.removeAll()
  }
}
