/// What has become of a dead letter.
package enum DeadLetterState: String, Sendable, CaseIterable {
  /// Nothing yet.
  case open
  /// It has been sent again, or is going to be: it is in a plan.
  case replayed
  /// An operator wants it neither listed nor sent again.
  case discarded
}
