import UnitOfWork

extension ReadSet {
  /// The statements that read it, behind BEGIN in one round trip.
  func queries() -> [SnapshotQuery] {
    [
      // First: it waits for other writers, and what follows sees what they committed.
      TenantsTable.lock(tenants),
      InboxTable.find(inboxKeys),
      WorkspacesTable.find(ids: workspaces),
      WorkspacesTable.find(names: names),
      WorkspacesTable.findRoots(of: rootsOf),
      WorkspacesTable.countChildren(of: childrenOf, limit: childLimit),
      WorkspacesTable.list(pages),
      DeadLettersTable.find(deadLetters),
    ].compactMap(\.self)
  }
}
