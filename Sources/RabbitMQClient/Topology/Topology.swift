package import Messaging

/// The exchanges, queues and bindings required. All are durable.
package struct Topology: Sendable, Equatable {
  package struct Exchange: Sendable, Equatable {
    package let name: ShortString
    package let type: ShortString

    package init(name: ShortString, type: ShortString) {
      self.name = name
      self.type = type
    }
  }

  package struct Queue: Sendable, Equatable {
    package let name: ShortString
    package let arguments: HeaderTable

    package init(name: ShortString, arguments: HeaderTable) {
      self.name = name
      self.arguments = arguments
    }
  }

  package struct Binding: Sendable, Equatable {
    package let queue: ShortString
    package let exchange: ShortString
    package let routingKey: ShortString

    package init(queue: ShortString, exchange: ShortString, routingKey: ShortString) {
      self.queue = queue
      self.exchange = exchange
      self.routingKey = routingKey
    }
  }

  package var exchanges: [Exchange]
  package var queues: [Queue]
  package var bindings: [Binding]
  /// Bindings made by an earlier version, to be removed.
  package var formerBindings: [Binding]

  package init(exchanges: [Exchange], queues: [Queue], bindings: [Binding], formerBindings: [Binding] = []) {
    self.exchanges = exchanges
    self.queues = queues
    self.bindings = bindings
    self.formerBindings = formerBindings
  }
}
