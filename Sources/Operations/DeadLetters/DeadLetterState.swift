/// What has happened to a dead letter.
package enum DeadLetterState: String, Sendable, CaseIterable {
  /// Nothing yet.
  case open
  /// A plan has sent the letter again, or will; plans that skipped it don't count.
  case replayed
  /// An operator wants it neither listed nor sent again.
  case discarded
}
