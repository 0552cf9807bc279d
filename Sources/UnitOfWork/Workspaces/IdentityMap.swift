package import WorkspaceApplication
package import WorkspaceDomain

/// The workspaces of one unit of work: each exists once, later reads see the changes, and the net effect of all changes
/// becomes part of a ``WriteSet``.
///
/// Pattern: https://martinfowler.com/eaaCatalog/identityMap.html. What the read set did not ask for is an error, never
/// reported as missing.
package final class IdentityMap {
  private let reads: TreeReads
  private let childCounts: [WorkspaceID: Int]
  private let parents: [WorkspaceID: WorkspaceID?]
  private let sizes: [TenantID: Int]
  private let memberships: MembershipMap
  private let events: EventQueue
  private let pages: [PageStart: (ids: [WorkspaceID], limit: Int)]
  private let childPages: [ChildPageKey: [WorkspaceID]]

  private var entries: [WorkspaceID: Entry] = [:]
  /// Changed workspaces, in the order of their first change, so that a write set is the same on every run.
  private var touched: [WorkspaceID] = []
  /// The workspace that has a name; nil if it is known that no workspace has it.
  private var holders: [TenantName: WorkspaceID?] = [:]
  /// The root of a tenant; nil if it is known that there is none.
  private var roots: [TenantID: WorkspaceID?] = [:]
  private var childChanges: [WorkspaceID: Int] = [:]
  /// The numbers of levels of subtrees, as read, or more where workspaces were added or moved to. Where workspaces were
  /// removed or moved away, they may be too large.
  private var heights: [WorkspaceID: Int]
  /// Tenants in which a workspace was added or moved.
  private var arrivals: Set<TenantID> = []
  /// Tenants in which a workspace was removed or moved, which can make a subtree lower.
  private var departures: Set<TenantID> = []
  /// How many workspaces besides the root were added to tenants, less those that were removed.
  private var sizeChanges: [TenantID: Int] = [:]
  /// Tenants in which a workspace was moved.
  private var moved: Set<TenantID> = []
  /// The paths that were walked since a workspace was last moved or removed.
  private var paths = WorkspacePaths()

  package init(readSet: ReadSet, snapshot: Snapshot, memberships: MembershipMap, events: EventQueue) {
    self.memberships = memberships
    self.events = events
    sizes = snapshot.sizes
    reads = readSet.tree
    childCounts = snapshot.childCounts
    parents = snapshot.parents
    heights = snapshot.heights
    childPages = snapshot.childPages
    pages = snapshot.pages.reduce(into: [:]) { pages, page in
      let start = PageStart(tenantID: page.key.tenantID, viewer: page.key.viewer, after: page.key.after)
      // Of two pages with the same start, the longer one contains the shorter.
      if let other = pages[start], other.limit >= page.key.limit { return }
      pages[start] = (page.value, page.key.limit)
    }
    for workspace in snapshot.workspaces.values {
      entries[workspace.id] = Entry(read: workspace, current: workspace)
      occupy(workspace)
    }
  }

  /// Adds the net effect of all changes.
  package func addChanges(to writeSet: inout WriteSet) {
    for id in touched {
      guard let entry = entries[id] else { continue }
      switch (entry.read, entry.current) {
      case (nil, nil): break
      case (nil, let current?): writeSet.inserted.append(current)
      case (let read?, nil): writeSet.deleted.append(.init(id: id, version: read.version))
      case (let read?, let current?) where entry.wasRemoved:
        writeSet.deleted.append(.init(id: id, version: read.version))
        writeSet.inserted.append(current)
      case (let read?, let current?) where read != current:
        writeSet.updated.append(.init(current, readVersion: read.version))
      default: break
      }
    }
  }

  /// Adds the net changes of relationships, except for roles.
  func addRelationships(to differences: inout RelationshipDifferences, opensRoot: Bool) {
    for entry in touched.compactMap({ entries[$0] }) {
      differences.change(entry.read, to: entry.current, in: \.tenantID) { Relationship.of($0, opensRoot: opensRoot) }
    }
  }

  private struct PageStart: Hashable {
    let tenantID: TenantID
    let viewer: UserID?
    let after: WorkspaceID?
  }

  private struct Entry {
    /// As it is in the database; nil if it is not there.
    let read: Workspace?
    /// As the unit of work leaves it; nil if removed.
    var current: Workspace?
    var wasRemoved = false
    var isTouched = false
  }
}

extension IdentityMap: WorkspaceRepository {
  package func workspace(_ id: WorkspaceID) throws(WorkspaceServiceError) -> Workspace? {
    if let entry = entries[id] { return entry.current }
    guard reads.workspaces.contains(id) else { throw .notLoaded("workspace \(id)") }
    return nil
  }

  package func workspace(named name: WorkspaceName, in tenantID: TenantID) throws(WorkspaceServiceError) -> Workspace? {
    let name = TenantName(tenantID: tenantID, name: name)
    if let holder = holders[name] { return holder.flatMap { entries[$0]?.current } }
    guard reads.names.contains(name) else { throw .notLoaded("a name of tenant \(tenantID)") }
    return nil
  }

  package func root(of tenantID: TenantID) throws(WorkspaceServiceError) -> Workspace? {
    if let root = roots[tenantID] { return root.flatMap { entries[$0]?.current } }
    guard reads.rootsOf.contains(tenantID) else { throw .notLoaded("the root of tenant \(tenantID)") }
    return nil
  }

  package func hasChildren(_ id: WorkspaceID) throws(WorkspaceServiceError) -> Bool {
    guard reads.childrenOf.contains(id) else { throw .notLoaded("the children of workspace \(id)") }
    return childCounts[id, default: 0] + childChanges[id, default: 0] > 0
  }

  package func depth(of id: WorkspaceID) throws(WorkspaceServiceError) -> Int {
    try path(from: id).depth
  }

  package func isInside(_ id: WorkspaceID, of ancestor: WorkspaceID) throws(WorkspaceServiceError) -> Bool {
    try path(from: id).contains(ancestor)
  }

  package func fits(_ id: WorkspaceID, levels: Int) throws(WorkspaceServiceError) -> Bool {
    guard levels >= 1 else { return false }
    let tenantID = entries[id]?.current?.tenantID
    guard let tenantID, reads.heightsOf.contains(TenantWorkspace(tenantID: tenantID, id: id)) else {
      throw .notLoaded("the height of workspace \(id)")
    }
    let height = height(of: id)
    if height > levels, departures.contains(tenantID) {
      throw .undecided("the height of workspace \(id)")
    }
    return height <= levels
  }

  package func hasWorkspacesBelowRoot(_ tenantID: TenantID) throws(WorkspaceServiceError) -> Bool {
    guard reads.sizesOf.contains(tenantID) else { throw .notLoaded("the size of tenant \(tenantID)") }
    let size = sizes[tenantID, default: 0]
    if size + sizeChanges[tenantID, default: 0] > 0 { return true }
    // What is deleted along with a tenant is read only for a tenant that has no workspaces below its root.
    guard size == 0 else { throw .undecided("what is deleted with tenant \(tenantID)") }
    return false
  }

  package func workspaces(
    of tenantID: TenantID, viewer: UserID?, after: WorkspaceID?, limit: Int
  ) throws(WorkspaceServiceError) -> [Workspace] {
    guard let page = pages[PageStart(tenantID: tenantID, viewer: viewer, after: after)], page.limit >= limit else {
      throw .notLoaded("a page of tenant \(tenantID)")
    }
    let added = touched.filter { id in
      guard let entry = entries[id], let current = entry.current else { return false }
      return (entry.read == nil || entry.wasRemoved) && current.tenantID == tenantID && after.map { id > $0 } ?? true
    }
    // What a viewer may see is read, not computed.
    if viewer != nil, !added.isEmpty || moved.contains(tenantID) || memberships.hasChangedViews(of: tenantID) {
      throw .undecided("a page of tenant \(tenantID)")
    }
    // The page was read long enough to stay full after all removals of this batch, so what was added beyond its end
    // sorts behind the limit.
    let ids = added.isEmpty ? page.ids : Set(page.ids + added).sorted()
    // An id on the page may belong to another tenant by now: the batch can delete it in one and create it in another.
    let current = ids.lazy.compactMap { self.entries[$0]?.current }
    return Array(current.filter { $0.tenantID == tenantID }.prefix(limit))
  }

  package func children(
    of id: WorkspaceID, in tenantID: TenantID, after: WorkspaceID?, limit: Int
  ) throws(WorkspaceServiceError) -> [Workspace] {
    let key = ChildPageKey(tenantID: tenantID, parentID: id, after: after, limit: limit)
    guard let page = childPages[key] else { throw .notLoaded("a page of the children of workspace \(id)") }
    try requireUnchanged("a page of the children of workspace \(id)")
    return page.compactMap { entries[$0]?.current }
  }

  package func ancestors(of id: WorkspaceID) throws(WorkspaceServiceError) -> [Workspace] {
    guard let tenantID = entries[id]?.current?.tenantID,
      reads.ancestorsOf.contains(TenantWorkspace(tenantID: tenantID, id: id))
    else {
      throw .notLoaded("what is above workspace \(id)")
    }
    try requireUnchanged("what is above workspace \(id)")
    return try path(from: id).dropFirst().compactMap { entries[$0]?.current }.reversed()
  }

  /// For reads that only queries ask for: these change nothing, so the reads are not adjusted to changes.
  private func requireUnchanged(_ what: String) throws(WorkspaceServiceError) {
    guard touched.isEmpty else { throw .undecided(what) }
  }

  package func add(_ workspace: Workspace) {
    put(workspace)
    if !workspace.isRoot { sizeChanges[workspace.tenantID, default: 0] += 1 }
    arrivals.insert(workspace.tenantID)
    raiseHeights(above: workspace.id)
  }

  package func save(_ workspace: Workspace) {
    let isMoved = entries[workspace.id]?.current?.parentID != workspace.parentID
    put(workspace)
    guard isMoved else { return }
    arrivals.insert(workspace.tenantID)
    departures.insert(workspace.tenantID)
    moved.insert(workspace.tenantID)
    paths.removeAll()
    raiseHeights(above: workspace.id)
  }

  package func remove(_ workspace: Workspace) {
    put(workspace)
    vacate(workspace)
    if !workspace.isRoot { sizeChanges[workspace.tenantID, default: 0] -= 1 }
    entries[workspace.id]?.current = nil
    entries[workspace.id]?.wasRemoved = true
    // Nothing was below it. What was read does not count if the id is in use again, perhaps in another tenant.
    heights[workspace.id] = nil
    departures.insert(workspace.tenantID)
    paths.removeAll()
  }
}

extension IdentityMap {
  /// Takes over the aggregate's events, and replaces its previous state.
  private func put(_ workspace: Workspace) {
    if let before = entries[workspace.id]?.current { vacate(before) }
    var workspace = workspace
    for event in workspace.takeRecordedEvents() { events.record(.workspace(event)) }
    var entry = entries[workspace.id] ?? Entry(read: nil, current: nil)
    if !entry.isTouched { touched.append(workspace.id) }
    entry.isTouched = true
    entry.current = workspace
    entries[workspace.id] = entry
    if let parentID = workspace.parentID { childChanges[parentID, default: 0] += 1 }
    occupy(workspace)
  }

  private func occupy(_ workspace: Workspace) {
    holders[TenantName(tenantID: workspace.tenantID, name: workspace.name)] = workspace.id
    if workspace.isRoot { roots[workspace.tenantID] = workspace.id }
  }

  /// Frees the name and the place of a root, which are then known to be free without having been asked for, and the
  /// place below the parent.
  private func vacate(_ workspace: Workspace) {
    holders.updateValue(nil, forKey: TenantName(tenantID: workspace.tenantID, name: workspace.name))
    if workspace.isRoot { roots.updateValue(nil, forKey: workspace.tenantID) }
    if let parentID = workspace.parentID { childChanges[parentID, default: 0] -= 1 }
  }

  private func height(of id: WorkspaceID) -> Int { heights[id, default: 1] }

  /// A workspace that was added or moved can make each subtree higher that it is in now. Its path is known, because the
  /// depth of its parent was checked; a root has nothing above it.
  private func raiseHeights(above id: WorkspaceID) {
    guard !reads.heightsOf.isEmpty, let path = try? path(from: id) else { return }
    for (levels, step) in path.enumerated().dropFirst() {
      heights[step] = max(height(of: step), levels + height(of: id))
    }
  }

  /// Whether the unit of work has removed or moved workspaces of a tenant.
  func hasRemovedOrMoved(in tenantID: TenantID) -> Bool { departures.contains(tenantID) }

  /// Whether the unit of work has added, removed or moved workspaces of a tenant.
  func hasRearranged(_ tenantID: TenantID) -> Bool {
    departures.contains(tenantID) || arrivals.contains(tenantID)
  }

  /// The workspaces from one up to its root.
  func path(from id: WorkspaceID) throws(WorkspaceServiceError) -> WorkspacePath {
    try paths.path(from: id, limit: knownCount, parentOf: parent)
  }

  /// - Returns: nil if unknown.
  private func parent(of id: WorkspaceID) -> WorkspaceID?? {
    guard let entry = entries[id] else { return parents[id] }
    return entry.current.map(\.parentID)
  }

  /// No path to the root is longer, unless it is circular.
  private var knownCount: Int { entries.count + parents.count }
}
