import UnitOfWork

extension ReadSet {
  /// The statements that read it, behind BEGIN in one round trip.
  ///
  /// - Parameter queue: `<virtual host>/<queue>`: whose parked commands these are.
  func queries(queue: String) -> [SnapshotQuery] {
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
      ParkedCommandsTable.find(parked, queue: queue),
    ].compactMap(\.self)
  }
}
