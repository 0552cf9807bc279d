package import WorkspaceDomain

/// What commands could need to know about their tenants' trees, all read before the first of them runs.
package struct TreeReads: Sendable, Equatable {
  package var workspaces: Set<WorkspaceID> = []
  package var names: Set<TenantName> = []
  /// Tenants whose root is asked for.
  package var rootsOf: Set<TenantID> = []
  /// Workspaces whose children are counted, up to ``childLimit``.
  package var childrenOf: Set<WorkspaceID> = []
  /// Workspaces whose path to the root is asked for.
  package var chainsOf: Set<TenantWorkspace> = []
  /// The possible parents of workspaces that do not exist yet: the path up from such a workspace begins with one of
  /// these.
  package var arrivals: [TenantWorkspace: Set<WorkspaceID>] = [:]
  /// Workspaces that others may be moved to.
  package var targets: Set<TenantWorkspace> = []
  /// Workspaces whose path to the root is asked for with everything there is to know about the workspaces on it.
  package var ancestorsOf: Set<TenantWorkspace> = []
  /// The same for workspaces that are known only by their names.
  package var ancestorsOfNamed: Set<TenantName> = []
  /// Workspaces whose subtree's number of levels is asked for.
  package var heightsOf: Set<TenantWorkspace> = []
  package var pages: Set<PageKey> = []
  package var childPages: Set<ChildPageKey> = []
  /// Tenants whose workspaces besides the root are counted, up to ``childLimit``.
  package var sizesOf: Set<TenantID> = []
  /// How many workspaces the commands may delete, and move: counts and lists may shrink by that many.
  package var deletions = 0
  package var moves = 0

  package init() {}

  /// Counting children may stop here: one more than the commands could remove.
  package var childLimit: Int { deletions + moves + 1 }

  /// Asks for a workspace by its name. A text that is not a valid name needs no lookup: the command is rejected before.
  package mutating func ask(name: String, of tenantID: TenantID) {
    guard let name = try? WorkspaceName(name) else { return }
    names.insert(TenantName(tenantID: tenantID, name: name))
  }

  /// Lengthens the pages by the number of deletions, each of which can take a workspace off a page. To be called when
  /// all commands have asked.
  package mutating func lengthenPages() {
    guard deletions > 0 else { return }
    pages = Set(
      pages.map { PageKey(tenantID: $0.tenantID, viewer: $0.viewer, after: $0.after, limit: $0.limit + deletions) })
  }
}

/// A name within a tenant, of a workspace or of a group.
package struct TenantName: Sendable, Hashable {
  package let tenantID: TenantID
  package let name: WorkspaceName

  package init(tenantID: TenantID, name: WorkspaceName) {
    self.tenantID = tenantID
    self.name = name
  }
}

/// A workspace, if it belongs to the tenant.
package struct TenantWorkspace: Sendable, Hashable {
  package let tenantID: TenantID
  package let id: WorkspaceID

  package init(tenantID: TenantID, id: WorkspaceID) {
    self.tenantID = tenantID
    self.id = id
  }
}

/// A page of a tenant's workspaces in id order: at most `limit` of those after `after` that `viewer` may view.
package struct PageKey: Sendable, Hashable {
  package let tenantID: TenantID
  /// nil: all workspaces.
  package let viewer: UserID?
  package let after: WorkspaceID?
  package let limit: Int

  package init(tenantID: TenantID, viewer: UserID? = nil, after: WorkspaceID?, limit: Int) {
    self.tenantID = tenantID
    self.viewer = viewer
    self.after = after
    self.limit = limit
  }
}

/// A page of the workspaces right below one of a tenant's, in id order: at most `limit` of those after `after`.
package struct ChildPageKey: Sendable, Hashable {
  package let tenantID: TenantID
  package let parentID: WorkspaceID
  package let after: WorkspaceID?
  package let limit: Int

  package init(tenantID: TenantID, parentID: WorkspaceID, after: WorkspaceID?, limit: Int) {
    self.tenantID = tenantID
    self.parentID = parentID
    self.after = after
    self.limit = limit
  }
}
