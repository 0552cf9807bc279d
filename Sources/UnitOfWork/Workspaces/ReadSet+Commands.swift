package import WorkspaceApplication
import WorkspaceDomain

extension ReadSet {
  /// What `commands`, run in order as one batch, could need to know.
  ///
  /// - Parameter defaultRootName: the name of a root that is created without one.
  package init(_ commands: some Collection<(context: CommandContext, command: WorkspaceCommand)>, defaultRootName: String) {
    let deletions = commands.reduce(0) { count, element in
      if case .delete = element.command { count + 1 } else { count }
    }
    childLimit = deletions + 1
    for (context, command) in commands {
      inboxKeys.insert(context.key)
      tenants.insert(context.tenantID)
      include(command, of: context.tenantID, defaultRootName: defaultRootName, deletions: deletions)
    }
  }

  private mutating func include(
    _ command: WorkspaceCommand, of tenantID: TenantID, defaultRootName: String, deletions: Int
  ) {
    switch command {
    case .createRoot(let name, let id):
      include(name: name ?? defaultRootName, of: tenantID)
      rootsOf.insert(tenantID)
      if let id { workspaces.insert(id) }
    case .create(let name, let parentID, let id):
      include(name: name, of: tenantID)
      workspaces.insert(parentID)
      if let id { workspaces.insert(id) }
    case .rename(let id, let name):
      include(name: name, of: tenantID)
      workspaces.insert(id)
    case .delete(let id):
      workspaces.insert(id)
      childrenOf.insert(id)
    case .get(let id):
      workspaces.insert(id)
    case .list(let limit, let after):
      // One more tells whether another page follows, and each deletion of the batch can take one off the page.
      pages.insert(PageKey(tenantID: tenantID, after: after, limit: limit + 1 + deletions))
    }
  }

  /// A text that is no valid name needs no look-up: the command is rejected before.
  private mutating func include(name: String, of tenantID: TenantID) {
    guard let name = try? WorkspaceName(name) else { return }
    names.insert(TenantName(tenantID: tenantID, name: name))
  }
}
