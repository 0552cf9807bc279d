package import CoreMetrics
package import WorkspaceApplication
import WorkspaceDomain

/// Counts granted and denied permissions, by permission and type of object, never by user or object.
package final class AuthorizationMetrics: WorkspaceServiceProbe, Sendable {
  private let decisions: CounterSet<Decision>

  package init(_ factory: any MetricsFactory) {
    let instruments = Instruments(factory: factory)
    decisions = CounterSet(known: Decision.all) {
      instruments.counter(
        MetricCatalogue.decisions,
        [.permission: $0.permission.rawValue, .type: $0.type.rawValue, .outcome: $0.isGranted ? "granted" : "denied"])
    }
  }

  package func observe(_ observation: WorkspaceObservation, of context: CommandContext) {
    switch observation {
    case .permissionGranted(let permission, let object):
      decisions.add(to: Decision(permission: permission, type: object.type, isGranted: true))
    case .permissionDenied(let permission, let object):
      decisions.add(to: Decision(permission: permission, type: object.type, isGranted: false))
    default: break
    }
  }
}

private struct Decision: Hashable, Sendable {
  let permission: Permission
  let type: ResourceType
  let isGranted: Bool

  /// All possible decisions: their counters exist from the start, with 0.
  static let all = ResourceType.allCases.flatMap { type in
    type.permissions.flatMap { permission in
      [true, false].map { Decision(permission: permission, type: type, isGranted: $0) }
    }
  }
}
