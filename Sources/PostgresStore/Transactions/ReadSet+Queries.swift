import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

extension ReadSet {
  /// The statements that read the set, sent after BEGIN in one round trip.
  ///
  /// - Parameter queue: `<virtual host>/<queue>`: the queue whose parked commands are looked up.
  func queries(queue: String) -> [SnapshotQuery] {
    [
      // First: it waits for other writers, and the statements after it see what those have committed.
      locksTenants ? TenantsTable.lock(tenants) : TenantsTable.find(tenants),
      InboxTable.find(inbox),
      WorkspacesTable.find(ids: tree.workspaces),
      WorkspacesTable.find(names: tree.names),
      WorkspacesTable.findRoots(of: tree.rootsOf),
      WorkspacesTable.countChildren(of: tree.childrenOf, limit: tree.childLimit),
      WorkspacesTable.findChains(of: tree.chainsOf),
      WorkspacesTable.findAncestors(of: tree.ancestorsOf, named: tree.ancestorsOfNamed),
      WorkspacesTable.measure(tree.heightsOf),
      WorkspacesTable.list(tree.pages),
      WorkspacesTable.list(tree.childPages),
      WorkspacesTable.countBelowRoot(of: tree.sizesOf, limit: tree.childLimit),
      decisions,
      RolesTables.find(access.roles),
      RolesTables.find(of: access.removedMembers, limit: access.cascadeLimit),
      RolesTables.find(on: access.deletedObjects, limit: access.cascadeLimit),
      RolesTables.find(in: access.deletedTenants, limit: access.cascadeLimit),
      RolesTables.countAdmins(of: access.adminsOf, limit: access.adminLimit),
      RolesTables.list(access.memberPages),
      GroupsTable.find(ids: access.groups),
      GroupsTable.find(names: access.groupNames),
      GroupsTable.find(of: access.deletedTenants, limit: access.cascadeLimit),
      GroupsTable.list(access.groupPages),
      DeadLettersTable.find(deadLetters),
      ParkedCommandsTable.find(parked, queue: queue),
      ParkedCommandsTable.find(waiting, queue: queue),
      ReplayItemsTable.find(replays),
    ].compactMap(\.self)
  }
}

extension ReadSet {
  /// The statement that reads the roles that decide the questions.
  private var decisions: SnapshotQuery? {
    var users = Set(access.questions.map { TenantUser(tenantID: $0.tenantID, userID: $0.userID) })
    users.formUnion(access.namedViews.map { TenantUser(tenantID: $0.name.tenantID, userID: $0.userID) })
    // The users may be about to join a group whose members the commands change.
    let groups = access.roles.compactMap { key -> TenantResource? in
      guard case .group = key.object else { return nil }
      return TenantResource(tenantID: key.tenantID, object: key.object)
    }
    return RolesTables.decide(users: users, ways: ways(), groups: Set(groups), named: access.namedViews)
  }
}
