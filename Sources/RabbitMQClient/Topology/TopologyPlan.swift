package import Messaging

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
    /// A binding between an existing queue and exchange that could not be tested. AMQP can't query it, so it is set
    /// again, which changes nothing if it exists.
    case ensured
    /// A binding of an earlier version: it is removed, which changes nothing if it does not exist.
    case obsolete
    /// It exists, but not as it should. It is not changed.
    case incompatible(InequivalentArgument)
    /// A binding of an incompatible exchange, or of a queue that can't be used: it is not made.
    case unbindable
  }

  package struct Item: Sendable, Equatable {
    package let kind: Kind
    /// Of a binding: exchange, routing key and queue.
    package let name: String
    package let state: State
  }

  package let items: [Item]

  /// Nil if the plan does not have the binding.
  package func state(of binding: Topology.Binding) -> State? { state(of: .binding, named: binding.readable) }

  /// Nil if the plan does not have the queue.
  package func state(of queue: ShortString) -> State? { state(of: .queue, named: queue.readable) }

  func state(of kind: Kind, named name: String) -> State? {
    items.first { $0.kind == kind && $0.name == name }?.state
  }

  /// The plan, with the bindings that were found to exist or to be missing.
  package func noting(existing: [Topology.Binding], missing: [Topology.Binding]) -> TopologyPlan {
    let (existing, missing) = (Set(existing.map(\.readable)), Set(missing.map(\.readable)))
    return TopologyPlan(
      items: items.map { item in
        guard item.kind == .binding, existing.contains(item.name) || missing.contains(item.name) else { return item }
        return Item(kind: item.kind, name: item.name, state: missing.contains(item.name) ? .missing : .exists)
      })
  }

  /// Whether something is missing that ``TopologyManager/apply(_:)`` creates.
  package var hasChanges: Bool { items.contains { $0.state == .missing } }

  /// Whether there is a conflict that only an operator can resolve.
  package var isIncompatible: Bool {
    items.contains { if case .incompatible = $0.state { true } else { false } }
  }
}
