package import DeliveryPipeline

/// Where the worker publishes to.
package struct ExchangeNames: Sendable, Equatable {
  package let results: ShortString
  package let events: ShortString
  /// Announcements of dead letters.
  package let deadLetters: ShortString

  package init(results: ShortString, events: ShortString, deadLetters: ShortString) {
    self.results = results
    self.events = events
    self.deadLetters = deadLetters
  }
}
