import WorkspaceApplication
package import WorkspaceDomain

/// The events caused by the commands of a unit of work, in order.
package final class EventQueue: EventRecorder {
  private var events: [DomainEvent] = []

  package init() {}

  package func record(_ event: DomainEvent) { events.append(event) }

  /// The events recorded since the last call.
  package func take() -> [DomainEvent] {
    defer { events.removeAll(keepingCapacity: true) }
    return events
  }
}
