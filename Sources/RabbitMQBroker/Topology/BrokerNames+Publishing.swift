package import Messaging
package import RabbitMQClient

extension BrokerNames {
  /// How the worker publishes: results and events, single or in batches, go to different queues, so over different
  /// channels. Replies take a connection of their own.
  package func publisherOptions(_ forms: PublishingForms) -> PublisherOptions {
    var options = PublisherOptions()
    // If there are four, the last, batches of events, shares the channel of announcements, which are rare.
    options.exchangesOfOwnChannel =
      (forms.results.hasSingles ? [resultsExchange] : []) + (forms.events.hasSingles ? [eventsExchange] : [])
      + (forms.results.hasBatches ? [resultBatchesExchange] : [])
      + (forms.events.hasBatches ? [eventBatchesExchange] : [])
    return options
  }

  /// The queue through which a queue's worker holds its right to publish: `<queue>.publisher`; a name too long for that
  /// is truncated.
  package static func publishingClaim(of queue: ShortString) -> ShortString {
    let suffix = Array(".publisher".utf8)
    return ShortString(bytes: queue.bytes.prefix(ShortString.maximumBytes - suffix.count) + suffix) ?? queue
  }
}

extension RabbitMQConfiguration {
  /// `<virtual host>/<queue>`: a queue's name in the database.
  package func key(of queue: ShortString) -> String { "\(virtualHost)/\(queue.text ?? "")" }
}
