package import DeliveryPipeline
package import UnitOfWork

/// Several probes as one.
package struct WorkerProbes: WorkerProbe {
  private let probes: [any WorkerProbe]

  package init(_ probes: [any WorkerProbe]) { self.probes = probes }

  package func sessionEnded(missing conditions: MissingConditions) { for probe in probes { probe.sessionEnded(missing: conditions) } }
  package func batchTaken(closedBy reason: BatchCloseReason) { for probe in probes { probe.batchTaken(closedBy: reason) } }
  package func committed(_ batch: CommittedBatch) { for probe in probes { probe.committed(batch) } }
  package func rolledBack(_ error: UnitOfWorkError) { for probe in probes { probe.rolledBack(error) } }
  package func published(_ publication: PublicationReport) { for probe in probes { probe.published(publication) } }
  package func recovered(messageCount: Int) { for probe in probes { probe.recovered(messageCount: messageCount) } }
  package func expired(count: Int, from table: String) { for probe in probes { probe.expired(count: count, from: table) } }
  package func cleaningFailed(of table: String) { for probe in probes { probe.cleaningFailed(of: table) } }
}
