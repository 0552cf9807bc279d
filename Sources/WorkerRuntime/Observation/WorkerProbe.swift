package import Messaging
package import UnitOfWork

/// What happens on the way of commands, in the words of the worker.
package enum WorkerObservation: Sendable {
  /// A session has ended, or could not begin; these conditions are missing now.
  case sessionEnded(missing: MissingConditions)
  /// The commit stage has taken what had arrived as its next batch.
  case batchTaken(closedBy: BatchCloseReason)
  /// A transaction with commands, or with what the broker has dead-lettered, has committed.
  case committed(CommittedBatch)
  /// A batch was rolled back, and is run again or in halves.
  case rolledBack(UnitOfWorkError)
  /// What a transaction left to publish was published and confirmed.
  case published(PublicationReport)
  /// A reply was sent, or given up.
  case replied(ReplyOutcome)
  /// Messages that an earlier worker had left in the outbox were published and confirmed.
  case recovered(messageCount: Int)
  /// Entries that had outlived their retention were removed from a table.
  case expired(count: Int, table: String)
  /// Removing them failed.
  case cleaningFailed(table: String)
  /// So many changes of relationships were made in the replica.
  case relationshipsReplicated(changes: Int)
  /// Changes of relationships could not be made there; they are tried again.
  case replicationFailed(ReplicaError.Kind)
  /// So many relationships in the replica are others than the database's, and that is no lag.
  case relationshipsDiffer(count: Int)
}

/// Port: hears what the worker does. Implementations make metrics or spans of it.
///
/// Called by the stages, on their threads: an implementation is quick and never waits.
package protocol WorkerProbe: Sendable {
  func observe(_ observation: WorkerObservation)
}

/// Several probes as one; without any, one that nobody looks at.
package struct WorkerProbes: WorkerProbe {
  private let probes: [any WorkerProbe]

  package init(_ probes: [any WorkerProbe] = []) { self.probes = probes }

  package func observe(_ observation: WorkerObservation) { for probe in probes { probe.observe(observation) } }
}
