import Messaging
import RabbitMQBroker

/// Finds exchanges and queues that must not have the same name: messages would loop, or two objects would be confused.
///
/// Exchanges and queues have separate namespaces: an exchange and a queue may share a name. Results, events and
/// announcements may share an exchange, since no worker takes commands from it. So may batches of results and of
/// events, but not with single messages: a consumer of single messages can't read a batch.
struct NameCollisions {
  private static let prefix = "amqp.names."

  /// The problems, for people; each names the settings concerned.
  let problems: [String]

  init(_ names: BrokerNames) {
    var problems: [String] = []
    let exchanges = [
      ("results_exchange", names.resultsExchange, "each result would come back as a command"),
      ("events_exchange", names.eventsExchange, "each event would come back as a command"),
      ("result_batches_exchange", names.resultBatchesExchange, "each result would come back as a command"),
      ("event_batches_exchange", names.eventBatchesExchange, "each event would come back as a command"),
      (
        "dead_letters_exchange", names.deadLettersExchange,
        "each announcement of a dead letter would come back as a command"
      ),
    ]
    for (key, name, consequence) in exchanges where name == names.commandsExchange {
      problems.append(
        "\(Self.prefix)\(key) and \(Self.prefix)commands_exchange are both '\(name.shown)': \(consequence)")
    }
    let singles = [
      ("results_exchange", names.resultsExchange), ("events_exchange", names.eventsExchange),
      ("dead_letters_exchange", names.deadLettersExchange),
    ]
    let batches = [
      ("result_batches_exchange", names.resultBatchesExchange), ("event_batches_exchange", names.eventBatchesExchange),
    ]
    for (key, name) in batches {
      for (other, same) in singles where same == name {
        problems.append(
          "\(Self.prefix)\(key) and \(Self.prefix)\(other) are both '\(name.shown)': consumers of single "
            + "messages would get batches"
        )
      }
    }
    for (key, name) in [("commands_exchange", names.commandsExchange)] + singles + batches
    where name == names.queriesExchange {
      problems.append(
        "\(Self.prefix)queries_exchange and \(Self.prefix)\(key) are both '\(name.shown)': everything published "
          + "there would be treated as a query")
    }
    for (key, name) in [("commands_queue", names.commandsQueue), ("dead_letters_queue", names.deadLettersQueue)]
    where name == names.queriesQueue {
      problems.append(
        "\(Self.prefix)queries_queue and \(Self.prefix)\(key) are both '\(name.shown)': each would receive the "
          + "other's messages"
      )
    }
    if names.deadLettersQueue == names.commandsQueue {
      problems.append(
        "\(Self.prefix)dead_letters_queue and \(Self.prefix)commands_queue are both '\(names.commandsQueue.shown)': "
          + "dead-lettered messages would come back as commands")
    }
    let claim = BrokerNames.publishingClaim(of: names.commandsQueue)
    let queues = [
      ("dead_letters_queue", names.deadLettersQueue), ("commands_queue", names.commandsQueue),
      ("queries_queue", names.queriesQueue),
    ]
    for (key, name) in queues where name == claim {
      problems.append(
        "\(Self.prefix)\(key) is '\(name.shown)', the queue by which the worker of \(Self.prefix)commands_queue "
          + "holds its right to publish: it would wait for itself forever")
    }
    for (key, name) in queues where name.shown.hasPrefix(TemporaryQueue.prefix) {
      problems.append(
        "\(Self.prefix)\(key) begins with '\(TemporaryQueue.prefix)', which is reserved for queues of the command line")
    }
    self.problems = problems
  }
}

extension ShortString {
  fileprivate var shown: String { text ?? "" }
}
