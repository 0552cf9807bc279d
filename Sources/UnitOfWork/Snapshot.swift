import WorkspaceApplication
package import WorkspaceDomain

/// The answer to a ``ReadSet``. What was asked for and is not here does not exist.
package struct Snapshot: Sendable {
  package var inbox: [InboxKey: InboxEntry] = [:]
  /// The `sequence` of each known tenant's last event; 0 before the first.
  package var tenants: [TenantID: Int64] = [:]
  /// Every workspace that an id, a name, a root or a page of the read set led to, whatever its tenant.
  package var workspaces: [WorkspaceID: Workspace] = [:]
  /// Numbers of children, none above the read set's limit. Left out where it is 0.
  package var childCounts: [WorkspaceID: Int] = [:]
  /// The ids on each page, in id order.
  package var pages: [PageKey: [WorkspaceID]] = [:]
  /// Messages that are in the ledger of dead letters.
  package var deadLetters: Set<DeadLetterKey> = []
  /// Fingerprints of messages that are parked, in this store's queue.
  package var parked: Set<[UInt8]> = []

  package init() {}
}
