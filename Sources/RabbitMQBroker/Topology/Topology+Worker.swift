package import Messaging
package import RabbitMQClient
import WorkspaceApplication

extension Topology {
  /// What the worker, its upstream and its subscribers share.
  ///
  /// - Parameter broker: quorum queues drop a message after 20 deliveries from RabbitMQ 4 on, unless told not to;
  ///   earlier versions never drop one and reject the setting.
  ///   https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling
  package static func standard(_ names: BrokerNames = BrokerNames(), broker: ServerProperties) -> Topology {
    let exchanges = [
      names.commandsExchange, names.resultsExchange, names.eventsExchange, names.deadLettersExchange,
      names.queriesExchange,
      names.resultBatchesExchange, names.eventBatchesExchange,
    ]
    return Topology(
      exchanges: exchanges.map { Exchange(name: $0, type: "topic") },
      queues: [
        Queue(name: names.commandsQueue, arguments: commandArguments(names, broker)),
        Queue(name: names.deadLettersQueue, arguments: quorumArguments(broker)),
        Queue(name: names.queriesQueue, arguments: queryArguments),
      ],
      bindings: commandBindings(names) + queryBindings(names),
      // This binding once carried dead letters; now it would fill the queue with announcements.
      formerBindings: [
        Binding(queue: names.deadLettersQueue, exchange: names.deadLettersExchange, routingKey: "#")
      ])
  }

  /// The routing keys of commands: `workspace.#` and the like, for each kind of object that they are about.
  package static let commandKeys = CommandType.subjects.compactMap { ShortString("\($0).#") }

  static func commandBindings(_ names: BrokerNames) -> [Binding] {
    commandKeys.map { Binding(queue: names.commandsQueue, exchange: names.commandsExchange, routingKey: $0) }
  }

  static func queryBindings(_ names: BrokerNames) -> [Binding] {
    [Binding(queue: names.queriesQueue, exchange: names.queriesExchange, routingKey: "#")]
  }

  /// The queue of commands as made by versions that published dead letters: what the broker dead-letters goes to the
  /// exchange of dead letters, and on to their queue only while ``formerBindings`` exist.
  package static func formerCommandsQueue(_ names: BrokerNames, broker: ServerProperties) -> Queue {
    var arguments = quorumArguments(broker)
    arguments.append("x-dead-letter-exchange", names.deadLettersExchange.bytes)
    arguments.append("x-dead-letter-strategy", "at-least-once")
    arguments.append("x-overflow", "reject-publish")
    return Queue(name: names.commandsQueue, arguments: arguments)
  }

  /// What commands need to reach the worker.
  package func neededToSend(by names: BrokerNames) -> Topology {
    Topology(
      exchanges: exchanges.filter { $0.name == names.commandsExchange },
      queues: queues.filter { $0.name == names.commandsQueue }, bindings: [])
  }

  /// What a worker can't do without: the exchanges of ``ofCommands(_:_:)`` and the queue of commands. It can do without
  /// the queue for what the broker dead-letters.
  package func neededToServe(by names: BrokerNames, _ forms: PublishingForms) -> Topology {
    Topology(
      exchanges: ofCommands(names, forms).exchanges, queues: queues.filter { $0.name == names.commandsQueue },
      bindings: [])
  }

  /// Everything that commands and their results, events and dead letters go through: all but the objects for queries,
  /// and the exchanges of batches that are not published.
  package func ofCommands(_ names: BrokerNames, _ forms: PublishingForms) -> Topology {
    var topology = withoutUnusedBatches(names, forms)
    topology.exchanges.removeAll { $0.name == names.queriesExchange }
    topology.queues.removeAll { $0.name == names.queriesQueue }
    topology.bindings.removeAll { $0.queue == names.queriesQueue }
    return topology
  }

  /// All but the exchanges of batches that are not published.
  package func withoutUnusedBatches(_ names: BrokerNames, _ forms: PublishingForms) -> Topology {
    let batches = [(names.resultBatchesExchange, forms.results), (names.eventBatchesExchange, forms.events)]
    // Both exchanges may have the same name.
    let used = batches.filter(\.1.hasBatches).map(\.0)
    var topology = self
    topology.exchanges.removeAll { exchange in
      !used.contains(exchange.name) && batches.contains { $0.0 == exchange.name }
    }
    return topology
  }

  /// Queries are not replicated: if the node that they wait on is lost, their senders ask again. A query that no worker
  /// has taken for a minute is dropped.
  private static var queryArguments: HeaderTable {
    var arguments = HeaderTable()
    arguments.append("x-queue-type", "classic")
    arguments.append("x-message-ttl", Int64(60_000))
    return arguments
  }

  private static func quorumArguments(_ broker: ServerProperties) -> HeaderTable {
    var arguments = HeaderTable()
    arguments.append("x-queue-type", "quorum")
    if let version = broker.majorVersion, version >= 4 { arguments.append("x-delivery-limit", Int64(-1)) }
    return arguments
  }

  private static func commandArguments(_ names: BrokerNames, _ broker: ServerProperties) -> HeaderTable {
    var arguments = quorumArguments(broker)
    // The default exchange routes to the queue that the routing key names: there is no binding that could be missing.
    arguments.append("x-dead-letter-exchange", "")
    arguments.append("x-dead-letter-routing-key", names.deadLettersQueue.bytes)
    // At-least-once needs reject-publish:
    // https://www.rabbitmq.com/docs/quorum-queues#activating-at-least-once-dead-lettering
    arguments.append("x-dead-letter-strategy", "at-least-once")
    arguments.append("x-overflow", "reject-publish")
    return arguments
  }
}
