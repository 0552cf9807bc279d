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
