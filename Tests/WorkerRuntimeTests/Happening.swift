/// What the fakes write into the journal of a test. Messages are identified by their labels: their correlation ids.
enum Happening: Sendable, Equatable {
  case connected(session: Int)
  case closed(session: Int)
  case askedForLease
  case startedConsuming
  case stoppedConsuming
  case delivered([String])
  /// Answers (also of duplicates) that became durable.
  case committed([String])
  /// Dead letters that became durable.
  case committedDeadLetters([String])
  case published([String])
  /// The broker confirmed all of these.
  case confirmed([String])
  case acknowledged([String])
  /// Entries left the outbox, which now has this many.
  case removed(count: Int, left: Int)
}
