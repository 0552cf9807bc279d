package import Messaging

/// An object to declare. All but an exclusive queue are durable.
package enum Declaration: Sendable {
  /// `isPassive` only checks whether it exists.
  case queue(ShortString, arguments: HeaderTable, isPassive: Bool)
  /// A queue for this connection alone, which the broker deletes with it.
  case exclusiveQueue(ShortString, arguments: HeaderTable)
  /// `isPassive` only checks whether it exists.
  case exchange(ShortString, type: ShortString, isPassive: Bool)
  case binding(queue: ShortString, exchange: ShortString, routingKey: ShortString)
  /// Removes the binding, if it exists.
  case unbinding(queue: ShortString, exchange: ShortString, routingKey: ShortString)

  var request: MethodRequest {
    switch self {
    case .queue(let name, let arguments, let isPassive): .declareQueue(name, arguments: arguments, isPassive: isPassive)
    case .exclusiveQueue(let name, let arguments): .declareExclusiveQueue(name, arguments: arguments)
    case .exchange(let name, let type, let isPassive): .declareExchange(name, type: type, isPassive: isPassive)
    case .binding(let queue, let exchange, let routingKey):
      .bindQueue(queue, exchange: exchange, routingKey: routingKey)
    case .unbinding(let queue, let exchange, let routingKey):
      .unbindQueue(queue, exchange: exchange, routingKey: routingKey)
    }
  }
}

/// What declaring a queue reveals about it.
package struct QueueStatistics: Sendable, Equatable {
  /// Ready messages, without those delivered but not acknowledged.
  package let messageCount: Int
  package let consumerCount: Int
}
