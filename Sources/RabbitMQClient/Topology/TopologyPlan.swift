/// How a broker compares with a ``Topology``.
package struct TopologyPlan: Sendable, Equatable {
  package enum Kind: String, Sendable {
    case exchange
    case queue
    case binding
  }

  package enum State: Sendable, Equatable {
    /// It exists as it should.
    case exists
    /// It will be created.
    case missing
    /// A binding between an existing queue and exchange. AMQP can't query it, so it is set again, which changes nothing
    /// if it exists.
    case ensured
    /// A binding of an earlier version: it is removed, which changes nothing if it is gone.
    case removed
    /// It exists, but not as it should. Nothing is then changed.
    case incompatible(InequivalentArgument)
  }

  package struct Item: Sendable, Equatable {
    package let kind: Kind
    /// Of a binding: exchange, routing key and queue.
    package let name: String
    package let state: State
  }

  package let items: [Item]

  /// Whether something is missing that ``TopologyManager/apply(_:)`` creates.
  package var hasChanges: Bool { items.contains { $0.state == .missing } }

  /// Whether there is a conflict that only an operator can resolve.
  package var isIncompatible: Bool {
    items.contains { if case .incompatible = $0.state { true } else { false } }
  }
}
