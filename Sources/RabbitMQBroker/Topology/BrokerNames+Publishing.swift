package import Messaging
package import RabbitMQClient

extension BrokerNames {
  /// How the worker publishes: results go to other queues than events do, and replies to others again.
  package var publisherOptions: PublisherOptions {
    var options = PublisherOptions()
    options.exchangesOfOwnChannel = [resultsExchange, eventsExchange]
    return options
  }

  /// The queue by which the worker of a queue holds its right to publish: `<queue>.publisher`; of a name that leaves no
  /// room for that, the start.
  package static func publishingClaim(of queue: ShortString) -> ShortString {
    let suffix = Array(".publisher".utf8)
    return ShortString(bytes: queue.bytes.prefix(ShortString.maximumBytes - suffix.count) + suffix) ?? queue
  }
}

extension RabbitMQConfiguration {
  /// `<virtual host>/<queue>`: what a queue is called in the database.
  package func key(of queue: ShortString) -> String { "\(virtualHost)/\(queue.text ?? "")" }
}
