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
      access.decisions(moving: tree),
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

extension AccessReads {
  /// The statement that reads the roles that decide the questions.
  fileprivate func decisions(moving tree: TreeReads) -> SnapshotQuery? {
    var users: Set<TenantUser> = []
    var ways: Set<UserWay> = []
    for question in questions {
      let user = TenantUser(tenantID: question.tenantID, userID: question.userID)
      users.insert(user)
      if case .workspace(let id) = question.resource { ways.insert(UserWay(user: user, workspaceID: id)) }
    }
    for view in namedViews { users.insert(TenantUser(tenantID: view.name.tenantID, userID: view.userID)) }
    // The path up from a workspace that does not exist yet begins with each parent it may be created below.
    var arriving = tree.arrivals.isEmpty ? [] : Array(ways)
    while let way = arriving.popLast() {
      for id in tree.arrivals[TenantWorkspace(tenantID: way.user.tenantID, id: way.workspaceID)] ?? [] {
        let next = UserWay(user: way.user, workspaceID: id)
        if ways.insert(next).inserted { arriving.append(next) }
      }
    }
    // A moved workspace may end up below any workspace whose path up is read.
    if tree.moves > 0 {
      let chains = Dictionary(grouping: tree.chainsOf, by: \.tenantID)
      for user in users {
        for workspace in chains[user.tenantID] ?? [] { ways.insert(UserWay(user: user, workspaceID: workspace.id)) }
      }
    }
    // The users may be about to join a group whose members the commands change.
    let groups = roles.compactMap { key -> TenantResource? in
      guard case .group = key.object else { return nil }
      return TenantResource(tenantID: key.tenantID, object: key.object)
    }
    return RolesTables.decide(users: users, ways: ways, groups: Set(groups), named: namedViews)
  }
}
