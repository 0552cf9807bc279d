/// What has happened to a dead letter.
package enum DeadLetterState: String, Sendable, CaseIterable {
  /// Nothing yet.
  case open
  /// It has been sent again, or will be: it is in a plan.
  case replayed
  /// An operator wants it neither listed nor sent again.
  case discarded
}
