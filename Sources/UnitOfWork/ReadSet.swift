import WorkspaceApplication
package import WorkspaceDomain

/// All that the commands of a batch could need to know, read in one round trip before the first of them runs.
package struct ReadSet: Sendable, Equatable {
  package var inboxKeys: Set<InboxKey> = []
  /// Tenants whose rows are locked until the end of the transaction: one writer at a time per tenant, so that its
  /// events are numbered without gaps and its workspaces don't change underneath the batch.
  package var tenants: Set<TenantID> = []
  package var workspaces: Set<WorkspaceID> = []
  package var names: Set<TenantName> = []
  /// Tenants whose root is asked for.
  package var rootsOf: Set<TenantID> = []
  /// Workspaces whose children are counted, up to ``childLimit``.
  package var childrenOf: Set<WorkspaceID> = []
  /// Counting may stop here: one more than the batch could delete.
  package var childLimit = 1
  package var pages: Set<PageKey> = []
  /// Messages that may be in the ledger of dead letters already.
  package var deadLetters: Set<DeadLetterKey> = []
  /// Fingerprints of messages that may be parked already.
  package var parked: Set<[UInt8]> = []

  package init() {}
}

/// A name within a tenant.
package struct TenantName: Sendable, Hashable {
  package let tenantID: TenantID
  package let name: WorkspaceName

  package init(tenantID: TenantID, name: WorkspaceName) {
    self.tenantID = tenantID
    self.name = name
  }
}

/// A stretch of a tenant's workspaces in id order: at most `limit` of those after `after`.
package struct PageKey: Sendable, Hashable {
  package let tenantID: TenantID
  package let after: WorkspaceID?
  package let limit: Int

  package init(tenantID: TenantID, after: WorkspaceID?, limit: Int) {
    self.tenantID = tenantID
    self.after = after
    self.limit = limit
  }
}
