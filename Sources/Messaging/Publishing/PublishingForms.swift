/// How results and events are published.
package struct PublishingForms: Sendable, Equatable {
  /// A message each, messages that hold what one transaction made, or both.
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
  /// Where all results go: those that go alone, or else batches.
  package func results(_ forms: PublishingForms) -> ShortString {
    forms.results.hasSingles ? resultsExchange : resultBatchesExchange
  }

  /// Where all events go, likewise.
  package func events(_ forms: PublishingForms) -> ShortString {
    forms.events.hasSingles ? eventsExchange : eventBatchesExchange
  }
}
