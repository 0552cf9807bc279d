/// How a broker compares with a ``Topology``.
package struct TopologyPlan: Sendable, Equatable {
  package enum Kind: String, Sendable {
    case exchange
    case queue
    case binding
  }

  package enum State: Sendable, Equatable {
    /// It is there, and as it should be.
    case exists
    /// It will be made.
    case missing
    /// A binding between a queue and an exchange that are there. AMQP has no way to ask for it, so it is set again,
    /// which changes nothing where it is there.
    case ensured
    /// A binding of an earlier version: it is removed, which changes nothing where it is gone.
    case removed
    /// It is there, but not as it should be. Nothing is changed then.
    case incompatible(InequivalentArgument)
  }

  package struct Item: Sendable, Equatable {
    package let kind: Kind
    /// Of a binding: exchange, routing key and queue.
    package let name: String
    package let state: State
  }

  package let items: [Item]

  /// Something is missing that ``TopologyManager/apply(_:)`` makes.
  package var hasChanges: Bool { items.contains { $0.state == .missing } }

  /// Something is in the way that only an operator can change.
  package var isIncompatible: Bool {
    items.contains { if case .incompatible = $0.state { true } else { false } }
  }
}
