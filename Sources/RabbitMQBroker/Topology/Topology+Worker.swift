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
    let exchanges = [names.commandsExchange, names.resultsExchange, names.eventsExchange, names.deadLettersExchange]
    return Topology(
      exchanges: exchanges.map { Exchange(name: $0, type: "topic") },
      queues: [
        Queue(name: names.commandsQueue, arguments: commandArguments(names, broker)),
        Queue(name: names.deadLettersQueue, arguments: quorumArguments(broker)),
      ],
      bindings: commandKeys.map { key in
        Binding(queue: names.commandsQueue, exchange: names.commandsExchange, routingKey: key)
      },
      // It once carried dead letters; now it would fill the queue with announcements.
      formerBindings: [
        Binding(queue: names.deadLettersQueue, exchange: names.deadLettersExchange, routingKey: "#")
      ])
  }

  /// The routing keys of commands: `workspace.#` and the like, for each kind of object that they are about.
  package static let commandKeys = CommandType.subjects.compactMap { ShortString("\($0).#") }

  /// The queue of commands as made by versions that published dead letters: what the broker dead-letters goes to the
  /// exchange, and from there to the queue of dead letters only while ``formerBindings`` exist.
  package static func formerCommandsQueue(_ names: BrokerNames, broker: ServerProperties) -> Queue {
    var arguments = quorumArguments(broker)
    arguments.append("x-dead-letter-exchange", names.deadLettersExchange.bytes)
    arguments.append("x-dead-letter-strategy", "at-least-once")
    arguments.append("x-overflow", "reject-publish")
    return Queue(name: names.commandsQueue, arguments: arguments)
  }

  /// What commands need to reach the worker.
  package func neededToSend(by names: BrokerNames) -> Topology {
    var topology = neededToServe(by: names)
    topology.exchanges = exchanges.filter { $0.name == names.commandsExchange }
    return topology
  }

  /// What a worker can't do without: everything but the queue for what the broker dead-letters.
  package func neededToServe(by names: BrokerNames) -> Topology {
    Topology(exchanges: exchanges, queues: queues.filter { $0.name == names.commandsQueue }, bindings: [])
  }

  private static func quorumArguments(_ broker: ServerProperties) -> HeaderTable {
    var arguments = HeaderTable()
    arguments.append("x-queue-type", "quorum")
    if let version = broker.majorVersion, version >= 4 { arguments.append("x-delivery-limit", Int64(-1)) }
    return arguments
  }

  private static func commandArguments(_ names: BrokerNames, _ broker: ServerProperties) -> HeaderTable {
    var arguments = quorumArguments(broker)
    // The default exchange, which routes to the queue of that name: there is no binding that could be missing.
    arguments.append("x-dead-letter-exchange", "")
    arguments.append("x-dead-letter-routing-key", names.deadLettersQueue.bytes)
    // At-least-once needs reject-publish: https://www.rabbitmq.com/docs/quorum-queues#activating-at-least-once-dead-lettering
    arguments.append("x-dead-letter-strategy", "at-least-once")
    arguments.append("x-overflow", "reject-publish")
    return arguments
  }
}
