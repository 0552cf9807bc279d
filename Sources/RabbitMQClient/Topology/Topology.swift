package import DeliveryPipeline

/// Exchanges, queues and bindings that have to be there. All are durable.
package struct Topology: Sendable, Equatable {
  package struct Exchange: Sendable, Equatable {
    package let name: ShortString
    package let type: ShortString
  }

  package struct Queue: Sendable, Equatable {
    package let name: ShortString
    package let arguments: HeaderTable
  }

  package struct Binding: Sendable, Equatable {
    package let queue: ShortString
    package let exchange: ShortString
    package let routingKey: ShortString
  }

  package var exchanges: [Exchange]
  package var queues: [Queue]
  package var bindings: [Binding]
  /// Bindings that an earlier version made, and that are to be removed.
  package var formerBindings: [Binding]

  package init(exchanges: [Exchange], queues: [Queue], bindings: [Binding], formerBindings: [Binding] = []) {
    self.exchanges = exchanges
    self.queues = queues
    self.bindings = bindings
    self.formerBindings = formerBindings
  }

  /// What the worker, its upstream and its subscribers share.
  ///
  /// - Parameter broker: quorum queues drop a message after 20 deliveries from RabbitMQ 4 on, unless they are told
  ///   not to; before, they never drop one and refuse to be told. https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling
  package static func standard(_ names: TopologyNames = TopologyNames(), broker: ServerProperties) -> Topology {
    let exchanges = [names.commandsExchange, names.resultsExchange, names.eventsExchange, names.deadLettersExchange]
    return Topology(
      exchanges: exchanges.map { Exchange(name: $0, type: "topic") },
      queues: [
        Queue(name: names.commandsQueue, arguments: commandArguments(names, broker)),
        Queue(name: names.deadCommandsQueue, arguments: quorumArguments(broker)),
      ],
      bindings: [
        Binding(queue: names.commandsQueue, exchange: names.commandsExchange, routingKey: "workspace.#")
      ],
      // It was the way of dead letters once; now it would fill the queue with announcements.
      formerBindings: [
        Binding(queue: names.deadCommandsQueue, exchange: names.deadLettersExchange, routingKey: "#")
      ])
  }

  /// The queue of commands as versions made it that published dead letters: what the broker dead-letters goes to the
  /// exchange, and from there to the queue of dead letters only while ``formerBindings`` are there.
  package static func formerCommandsQueue(_ names: TopologyNames, broker: ServerProperties) -> Queue {
    var arguments = quorumArguments(broker)
    arguments.append("x-dead-letter-exchange", names.deadLettersExchange.bytes)
    arguments.append("x-dead-letter-strategy", "at-least-once")
    arguments.append("x-overflow", "reject-publish")
    return Queue(name: names.commandsQueue, arguments: arguments)
  }

  private static func quorumArguments(_ broker: ServerProperties) -> HeaderTable {
    var arguments = HeaderTable()
    arguments.append("x-queue-type", "quorum")
    if let version = broker.majorVersion, version >= 4 { arguments.append("x-delivery-limit", Int64(-1)) }
    return arguments
  }

  private static func commandArguments(_ names: TopologyNames, _ broker: ServerProperties) -> HeaderTable {
    var arguments = quorumArguments(broker)
    // The default exchange, which leads to the queue of that name: there is no binding that could be missing.
    arguments.append("x-dead-letter-exchange", "")
    arguments.append("x-dead-letter-routing-key", names.deadCommandsQueue.bytes)
    // At-least-once needs reject-publish: https://www.rabbitmq.com/docs/quorum-queues#activating-at-least-once-dead-lettering
    arguments.append("x-dead-letter-strategy", "at-least-once")
    arguments.append("x-overflow", "reject-publish")
    return arguments
  }
}
