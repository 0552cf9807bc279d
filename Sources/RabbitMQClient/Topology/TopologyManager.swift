package import Messaging

/// Compares a broker with a ``Topology``, and creates what is missing. AMQP suffices: neither the address of the
/// management plugin nor rights for it are needed. Nothing is ever deleted or changed, except bindings made by an
/// earlier version.
///
/// Bindings can't be read over AMQP, and every way of probing has a side effect: a probe message in a real queue, or a
/// moment without the binding. But binding again is harmless. So a plan calls bindings `ensured`, unless a caller that
/// has a harmless message finds out more, and ``apply(_:)`` makes all of them again: that restores a removed binding,
/// without which commands would silently be lost.
package struct TopologyManager: Sendable {
  private let connection: RabbitMQConnection

  package init(_ connection: RabbitMQConnection) { self.connection = connection }

  /// Compares without changing anything.
  ///
  /// What exists is declared again; the broker then names the first argument that differs. (If it were deleted between
  /// the check and the declaration, that would recreate it.)
  ///
  /// - Throws: ``RabbitMQError``, such as ACCESS_REFUSED; `CancellationError`.
  package func plan(_ topology: Topology) async throws -> TopologyPlan {
    try await compare(topology, withArguments: true)
  }

  /// Only checks existence, which requires no right to configure: for readiness.
  package func check(_ topology: Topology) async throws -> TopologyPlan {
    try await compare(topology, withArguments: false)
  }

  /// Creates what is missing. Incompatible objects stay as they are; a queue that differs only in its arguments still
  /// gets its bindings, without which its messages would be lost. Bindings of earlier versions are removed unless an
  /// object is incompatible: a queue made by such a version needs them.
  ///
  /// - Returns: the comparison before anything was created.
  package func apply(_ topology: Topology) async throws -> TopologyPlan {
    let plan = try await plan(topology)
    let exchanges = topology.exchanges.filter { plan.state(of: .exchange, named: $0.name.readable) == .missing }
    let queues = topology.queues.filter { plan.state(of: .queue, named: $0.name.readable) == .missing }
    try await connection.declare(exchanges.map { .exchange($0.name, type: $0.type, isPassive: false) })
    try await connection.declare(queues.map { .queue($0.name, arguments: $0.arguments, isPassive: false) })
    try await ensure(topology.bindings.filter { plan.state(of: $0) != .unbindable })
    if !plan.isIncompatible {
      try await connection.declare(
        topology.formerBindings.map { .unbinding(queue: $0.queue, exchange: $0.exchange, routingKey: $0.routingKey) })
    }
    return plan
  }

  /// Creates the bindings; existing ones don't change. Needs the right to write to the queues and to read from the
  /// exchanges.
  package func ensure(_ bindings: [Topology.Binding]) async throws {
    try await connection.declare(
      bindings.map { .binding(queue: $0.queue, exchange: $0.exchange, routingKey: $0.routingKey) })
  }

  /// - Returns: nil if there is no such queue.
  package func statistics(of queue: ShortString) async throws -> QueueStatistics? {
    do {
      return try await connection.declare([.queue(queue, arguments: HeaderTable(), isPassive: true)])
    } catch let error as RabbitMQError where error.meansMissing {
      return nil
    }
  }

  private func compare(_ topology: Topology, withArguments: Bool) async throws -> TopologyPlan {
    var items: [TopologyPlan.Item] = []
    for exchange in topology.exchanges {
      let state = try await state(withArguments) { .exchange(exchange.name, type: exchange.type, isPassive: $0) }
      items.append(TopologyPlan.Item(kind: .exchange, name: exchange.name.readable, state: state))
    }
    for queue in topology.queues {
      var state = try await state(withArguments) { .queue(queue.name, arguments: queue.arguments, isPassive: $0) }
      if case .incompatible(let difference) = state {
        state = .incompatible(try await typeDifference(of: queue) ?? difference)
      }
      items.append(TopologyPlan.Item(kind: .queue, name: queue.name.readable, state: state))
    }
    for binding in topology.bindings { items.append(item(binding, among: items)) }
    for binding in topology.formerBindings {
      items.append(TopologyPlan.Item(kind: .binding, name: binding.readable, state: .obsolete))
    }
    return TopologyPlan(items: items)
  }

  private func state(_ withArguments: Bool, _ declaration: (_ isPassive: Bool) -> Declaration) async throws
    -> TopologyPlan.State
  {
    do {
      try await connection.declare([declaration(true)])
      if withArguments { try await connection.declare([declaration(false)]) }
      return .exists
    } catch let error as RabbitMQError where error.meansMissing {
      return .missing
    } catch RabbitMQError.channelClosed(.preconditionFailed, let text) {
      return .incompatible(InequivalentArgument(text: text))
    } catch RabbitMQError.channelClosed(.resourceLocked, let text) {
      // An exclusive queue of another connection.
      return .incompatible(InequivalentArgument(text: text))
    }
  }

  /// How the type of an existing queue differs, which says more than the argument that the broker compares first; nil
  /// if the type does not differ, or the broker names another argument even so. (A queue that is deleted in this moment
  /// is recreated with nothing but the type: the next plan shows that.)
  private func typeDifference(of queue: Topology.Queue) async throws -> InequivalentArgument? {
    guard let type = queue.arguments.string(Self.queueType) else { return nil }
    var arguments = HeaderTable()
    arguments.append(Self.queueType, type)
    let state = try await state(true) { .queue(queue.name, arguments: arguments, isPassive: $0) }
    guard case .incompatible(let difference) = state, difference.argument == Self.queueType else { return nil }
    return difference
  }

  private static let queueType = "x-queue-type"

  private func item(_ binding: Topology.Binding, among items: [TopologyPlan.Item]) -> TopologyPlan.Item {
    func end(_ kind: TopologyPlan.Kind, _ name: ShortString) -> TopologyPlan.State? {
      items.first { $0.kind == kind && $0.name == name.readable }?.state
    }
    let state: TopologyPlan.State =
      switch (end(.exchange, binding.exchange), end(.queue, binding.queue)) {
      case (.incompatible, _): .unbindable
      // An exclusive queue of another connection can't be bound.
      case (_, .incompatible(let difference)) where difference.text.hasPrefix("RESOURCE_LOCKED"): .unbindable
      case (.missing, _), (_, .missing): .missing
      default: .ensured
      }
    return TopologyPlan.Item(kind: .binding, name: binding.readable, state: state)
  }
}

extension Topology.Binding {
  var readable: String { "\(exchange.readable) -[\(routingKey.readable)]-> \(queue.readable)" }
}
