package import Messaging
package import WorkspaceApplication

/// What happens on the lane of queries.
package enum QueryObservation: Sendable {
  /// A message was worked off, so long after it had arrived. `type`: nil where it is no query.
  case handled(CommandType?, QueryOutcome, after: Duration)
  /// A query has waited so long, from its arrival on, until a replica had its sequence, or the primary was asked.
  case awaitedReplica(Duration)
  /// An answer was sent, or given up.
  case replied(ReplyOutcome)
  /// So many queries were read in one round trip.
  case read(count: Int)
}

/// Port: hears what happens to queries. Implementations are quick and never wait.
package protocol QueryProbe: Sendable {
  func observe(_ observation: QueryObservation)
}
