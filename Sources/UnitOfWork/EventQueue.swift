import WorkspaceApplication
package import WorkspaceDomain

/// What the commands of a unit of work have caused, in order.
package final class EventQueue: EventRecorder {
  private var events: [DomainEvent] = []

  package init() {}

  package func record(_ event: DomainEvent) { events.append(event) }

  /// The events that were recorded since the last call.
  package func take() -> [DomainEvent] {
    defer { events.removeAll(keepingCapacity: true) }
    return events
  }
}
