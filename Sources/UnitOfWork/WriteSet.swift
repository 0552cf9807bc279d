package import DeliveryPipeline
package import WorkspaceDomain

/// All that a batch changes: net effects, applied in the order of the members and committed in one round trip.
package struct WriteSet: Sendable, Equatable {
  /// Tenants that become known, with the sequence of their last event.
  package var newTenants: [TenantID: Int64] = [:]
  /// The sequence of the last event of tenants that were known before.
  package var sequences: [TenantID: Int64] = [:]
  package var inbox: [InboxEntry] = []
  /// Workspaces to delete, with the version that was read.
  package var deleted: [VersionedWorkspace] = []
  /// Workspaces as they become, with the version that was read.
  package var updated: [UpdatedWorkspace] = []
  package var inserted: [Workspace] = []
  package var deadLetters: [DeadLetter] = []
  /// Commands to park, in order: each goes to the end of its tenant's line.
  package var parked: [ParkedCommand] = []
  package var line: ParkedLineChange?
  /// Fingerprints of messages that were begun after an earlier process may have died of them, and did no harm.
  package var survived: [[UInt8]] = []
  /// What came of dead letters that were sent again.
  package var replayOutcomes: [ReplayOutcome] = []
  /// Entries of the outbox, in the order in which they must be published.
  package var outbox: [OutgoingMessages] = []
  /// Outbox entries that the broker has confirmed: removed with this transaction.
  package var confirmed: [OutboxID] = []

  package init() {}

  /// Adds a message behind all others.
  package mutating func send(_ message: OutboundMessage) {
    if outbox.last?.isFull ?? true { outbox.append(OutgoingMessages()) }
    outbox[outbox.count - 1].append(message)
  }

  package struct VersionedWorkspace: Sendable, Equatable {
    package let id: WorkspaceID
    package let version: Int64

    package init(id: WorkspaceID, version: Int64) {
      self.id = id
      self.version = version
    }
  }

  package struct UpdatedWorkspace: Sendable, Equatable {
    package let workspace: Workspace
    package let readVersion: Int64

    package init(workspace: Workspace, readVersion: Int64) {
      self.workspace = workspace
      self.readVersion = readVersion
    }
  }
}
