package import Messaging
package import UnitOfWork

/// What happens while commands are processed, in the worker's terms.
package enum WorkerObservation: Sendable {
  /// A session ended, or could not begin; these conditions are missing now.
  case sessionEnded(missing: MissingConditions)
  /// The commit stage has taken what had arrived as its next batch.
  case batchTaken(closedBy: BatchCloseReason)
  /// A transaction with commands, or with messages that the broker has dead-lettered, has committed.
  case committed(CommittedBatch)
  /// A batch was rolled back, and is run again or in halves.
  case rolledBack(UnitOfWorkError)
  /// The messages that a transaction left to publish were published and confirmed.
  case published(PublicationReport)
  /// A reply was sent, or given up.
  case replied(ReplyOutcome)
  /// Messages that an earlier worker had left in the outbox were published and confirmed.
  case recovered(messageCount: Int)
  /// Entries that had outlived their retention were removed from a table.
  case expired(count: Int, table: String)
  /// Removing expired entries from a table failed.
  case cleaningFailed(table: String)
  /// Changes of relationships were made in the replica.
  case relationshipsReplicated(changes: Int)
  /// Changes of relationships could not be made in the replica; they are tried again.
  case replicationFailed(ReplicaError.Kind)
  /// Relationships in the replica differ from the database's, and not because of lag.
  case relationshipsDiffer(count: Int)
}

/// Port: observes what the worker does. Implementations produce metrics or spans.
///
/// Called by the stages, on their threads: an implementation must be quick and never wait.
package protocol WorkerProbe: Sendable {
  func observe(_ observation: WorkerObservation)
}

/// Several probes as one; with none, observations are discarded.
package struct WorkerProbes: WorkerProbe {
  private let probes: [any WorkerProbe]

  package init(_ probes: [any WorkerProbe] = []) { self.probes = probes }

  package func observe(_ observation: WorkerObservation) { for probe in probes { probe.observe(observation) } }
}
