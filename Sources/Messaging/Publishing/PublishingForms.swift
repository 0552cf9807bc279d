/// How results and events are published.
package struct PublishingForms: Sendable, Equatable {
  /// As single messages, as batches of what one transaction produced, or both.
  package enum Form: String, Sendable, CaseIterable {
    case single, batch, both

    package var hasSingles: Bool { self != .batch }
    package var hasBatches: Bool { self != .single }
  }

  /// Default: single.
  package var results: Form = .single
  /// Default: single.
  package var events: Form = .single

  package init() {}
}

extension BrokerNames {
  /// The exchange that every result goes to: that of single messages if there are any, else that of batches.
  package func results(_ forms: PublishingForms) -> ShortString {
    forms.results.hasSingles ? resultsExchange : resultBatchesExchange
  }

  /// The exchange that every event goes to, likewise.
  package func events(_ forms: PublishingForms) -> ShortString {
    forms.events.hasSingles ? eventsExchange : eventBatchesExchange
  }
}
