package import Messaging
package import WorkspaceApplication

/// What happens on the query lane.
package enum QueryObservation: Sendable {
  /// A message was handled, this long after it had arrived. The type is nil if it is not a query.
  case handled(CommandType?, QueryOutcome, after: Duration)
  /// A query with a minimum sequence was answered, this long after it had arrived, by a server that has the sequence.
  case awaitedReplica(Duration)
  /// An answer was sent, or given up.
  case replied(ReplyOutcome)
  /// Queries were read in one round trip.
  case read(count: Int)
}

/// Port: observes what happens to queries. Implementations must be quick and never wait.
package protocol QueryProbe: Sendable {
  func observe(_ observation: QueryObservation)
}
