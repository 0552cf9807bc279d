package import DeliveryPipeline
package import UnitOfWork

/// Port: what happens on the way of commands, in the words of the worker. Implementations make metrics or spans of it.
///
/// Called by the stages, on their threads: an implementation is quick and never waits.
package protocol WorkerProbe: Sendable {
  /// A session has ended, or could not begin; `conditions` are what is missing now.
  func sessionEnded(missing conditions: MissingConditions)
  /// The commit stage has taken what had arrived as its next batch.
  func batchTaken(closedBy reason: BatchCloseReason)
  /// A transaction with commands, or with what the broker has dead-lettered, has committed.
  func committed(_ batch: CommittedBatch)
  /// A batch was rolled back, and is run again or in halves.
  func rolledBack(_ error: UnitOfWorkError)
  /// What a transaction left to publish was published and confirmed.
  func published(_ publication: PublicationReport)
  /// Messages that an earlier worker had left in the outbox were published and confirmed.
  func recovered(messageCount: Int)
  /// Entries that had outlived their retention were removed from `table`.
  func expired(count: Int, from table: String)
  /// Removing them failed.
  func cleaningFailed(of table: String)
}

/// A probe that nobody looks at.
package struct SilentWorkerProbe: WorkerProbe {
  package init() {}
  package func sessionEnded(missing conditions: MissingConditions) {}
  package func batchTaken(closedBy reason: BatchCloseReason) {}
  package func committed(_ batch: CommittedBatch) {}
  package func rolledBack(_ error: UnitOfWorkError) {}
  package func published(_ publication: PublicationReport) {}
  package func recovered(messageCount: Int) {}
  package func expired(count: Int, from table: String) {}
  package func cleaningFailed(of table: String) {}
}
