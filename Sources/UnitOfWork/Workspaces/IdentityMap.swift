package import WorkspaceApplication
package import WorkspaceDomain

/// The workspaces of one unit of work: each exists once, changes are seen by the reads that follow, and the net of all
/// changes becomes part of a ``WriteSet``.
///
/// Pattern: https://martinfowler.com/eaaCatalog/identityMap.html. What the read set did not ask for is an error, never
/// an "it does not exist".
package final class IdentityMap {
  private let readSet: ReadSet
  private let childCounts: [WorkspaceID: Int]
  private let pages: [PageStart: (ids: [WorkspaceID], limit: Int)]

  private var entries: [WorkspaceID: Entry] = [:]
  /// In the order in which they were first read or changed, so that a write set is the same on every run.
  private var touched: [WorkspaceID] = []
  /// Who has a name; nil where it is known that nobody has.
  private var holders: [TenantName: WorkspaceID?] = [:]
  private var roots: [TenantID: WorkspaceID] = [:]
  private var childChanges: [WorkspaceID: Int] = [:]
  private var events: [WorkspaceEvent] = []

  package init(readSet: ReadSet, snapshot: Snapshot) {
    self.readSet = readSet
    childCounts = snapshot.childCounts
    pages = snapshot.pages.reduce(into: [:]) { pages, page in
      let start = PageStart(tenantID: page.key.tenantID, after: page.key.after)
      // Two pages from one start: the longer one holds the shorter.
      if let other = pages[start], other.limit >= page.key.limit { return }
      pages[start] = (page.value, page.key.limit)
    }
    for workspace in snapshot.workspaces.values {
      entries[workspace.id] = Entry(read: workspace, current: workspace)
      occupy(workspace)
    }
  }

  /// The events that were recorded since the last call, in order.
  package func takeEvents() -> [WorkspaceEvent] {
    defer { events.removeAll(keepingCapacity: true) }
    return events
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
        writeSet.updated.append(.init(workspace: current, readVersion: read.version))
      default: break
      }
    }
  }

  private struct PageStart: Hashable {
    let tenantID: TenantID
    let after: WorkspaceID?
  }

  private struct Entry {
    /// As it is in the database; nil where it is not there.
    let read: Workspace?
    /// As the unit of work leaves it; nil where it removes it.
    var current: Workspace?
    var wasRemoved = false
    var isTouched = false
  }
}

extension IdentityMap: WorkspaceRepository {
  package func workspace(_ id: WorkspaceID) throws(RepositoryError) -> Workspace? {
    if let entry = entries[id] { return entry.current }
    guard readSet.workspaces.contains(id) else { throw .notLoaded("workspace \(id)") }
    return nil
  }

  package func workspace(named name: WorkspaceName, in tenantID: TenantID) throws(RepositoryError) -> Workspace? {
    let name = TenantName(tenantID: tenantID, name: name)
    if let holder = holders[name] { return holder.flatMap { entries[$0]?.current } }
    guard readSet.names.contains(name) else { throw .notLoaded("a name of tenant \(tenantID)") }
    return nil
  }

  package func root(of tenantID: TenantID) throws(RepositoryError) -> Workspace? {
    if let root = roots[tenantID] { return entries[root]?.current }
    guard readSet.rootsOf.contains(tenantID) else { throw .notLoaded("the root of tenant \(tenantID)") }
    return nil
  }

  package func hasChildren(_ id: WorkspaceID) throws(RepositoryError) -> Bool {
    guard readSet.childrenOf.contains(id) else { throw .notLoaded("the children of workspace \(id)") }
    return childCounts[id, default: 0] + childChanges[id, default: 0] > 0
  }

  package func workspaces(
    of tenantID: TenantID, after: WorkspaceID?, limit: Int
  ) throws(RepositoryError) -> [Workspace] {
    guard let page = pages[PageStart(tenantID: tenantID, after: after)], page.limit >= limit else {
      throw .notLoaded("a page of tenant \(tenantID)")
    }
    let added = touched.filter { id in
      guard let entry = entries[id], let current = entry.current else { return false }
      return (entry.read == nil || entry.wasRemoved) && current.tenantID == tenantID && after.map { id > $0 } ?? true
    }
    // The page was read long enough to stay full when every workspace that this batch removes is taken off it, so
    // what was added beyond its end sorts behind the limit.
    let ids = added.isEmpty ? page.ids : Set(page.ids + added).sorted()
    // An id on the page may be another tenant's by now: the batch can delete it here and create it there.
    let current = ids.lazy.compactMap { self.entries[$0]?.current }
    return Array(current.filter { $0.tenantID == tenantID }.prefix(limit))
  }

  package func add(_ workspace: Workspace) {
    put(workspace)
    occupy(workspace)
    if let parentID = workspace.parentID { childChanges[parentID, default: 0] += 1 }
  }

  package func save(_ workspace: Workspace) {
    if let before = entries[workspace.id]?.current { vacate(before) }
    put(workspace)
    occupy(workspace)
  }

  package func remove(_ workspace: Workspace) {
    put(workspace)
    vacate(workspace)
    entries[workspace.id]?.current = nil
    entries[workspace.id]?.wasRemoved = true
    if let parentID = workspace.parentID { childChanges[parentID, default: 0] -= 1 }
  }
}

extension IdentityMap {
  /// Takes over the aggregate's events, and the aggregate.
  private func put(_ workspace: Workspace) {
    var workspace = workspace
    events += workspace.takeRecordedEvents()
    var entry = entries[workspace.id] ?? Entry(read: nil, current: nil)
    if !entry.isTouched { touched.append(workspace.id) }
    entry.isTouched = true
    entry.current = workspace
    entries[workspace.id] = entry
  }

  private func occupy(_ workspace: Workspace) {
    holders[TenantName(tenantID: workspace.tenantID, name: workspace.name)] = workspace.id
    if workspace.isRoot { roots[workspace.tenantID] = workspace.id }
  }

  /// The name is free again, known to be so without having been asked for.
  private func vacate(_ workspace: Workspace) {
    holders.updateValue(nil, forKey: TenantName(tenantID: workspace.tenantID, name: workspace.name))
  }
}
