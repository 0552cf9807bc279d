import WorkspaceApplication
import WorkspaceDomain

/// The rows of ``InMemoryUnitOfWorkStore`` and the constraints between them.
struct Tables {
  var outbox: [OutboxEntry] = []
  var deadLetters: [DeadLetter] = []
  var parking = ParkingTables()
  private var inbox: [InboxKey: InboxEntry] = [:]
  private var tenants: [TenantID: Int64] = [:]
  private var workspaces: [WorkspaceID: Workspace] = [:]
  private var lastOutboxNumber: Int64 = 0

  func snapshot(_ readSet: ReadSet) -> Snapshot {
    var snapshot = Snapshot()
    snapshot.inbox = inbox.filter { readSet.inboxKeys.contains($0.key) }
    snapshot.tenants = tenants.filter { readSet.tenants.contains($0.key) }
    for page in readSet.pages {
      snapshot.pages[page] = Array(
        workspaces.values.filter { workspace in
          workspace.tenantID == page.tenantID && page.after.map { workspace.id > $0 } ?? true
        }.map(\.id).sorted().prefix(page.limit))
    }
    let paged = Set(snapshot.pages.values.joined())
    snapshot.workspaces = workspaces.filter { id, workspace in
      readSet.workspaces.contains(id) || paged.contains(id)
        || readSet.names.contains(TenantName(tenantID: workspace.tenantID, name: workspace.name))
        || workspace.isRoot && readSet.rootsOf.contains(workspace.tenantID)
    }
    for workspace in workspaces.values {
      guard let parentID = workspace.parentID, readSet.childrenOf.contains(parentID) else { continue }
      snapshot.childCounts[parentID] = min(snapshot.childCounts[parentID, default: 0] + 1, readSet.childLimit)
    }
    snapshot.deadLetters = readSet.deadLetters.intersection(deadLetters.map { DeadLetterKey(queue: $0.queue, fingerprint: $0.fingerprint) })
    snapshot.parked = readSet.parked.intersection(parking.entries.map(\.command.fingerprint))
    return snapshot
  }

  mutating func apply(_ writeSet: WriteSet) throws(UnitOfWorkError) -> [OutboxID] {
    for (tenantID, sequence) in writeSet.newTenants {
      guard tenants.updateValue(sequence, forKey: tenantID) == nil else { throw .conflict(constraint: .tenantID) }
    }
    for entry in writeSet.inbox {
      guard inbox.updateValue(entry, forKey: entry.key) == nil else { throw .conflict(constraint: .inboxKey) }
    }
    try applyWorkspaces(writeSet)
    for (tenantID, sequence) in writeSet.sequences {
      guard tenants.updateValue(sequence, forKey: tenantID) != nil else { throw .conflict(constraint: nil) }
    }
    deadLetters += writeSet.deadLetters
    try parking.apply(writeSet)
    let ids = writeSet.outbox.map { outgoing in
      lastOutboxNumber += 1
      let id = OutboxID(number: lastOutboxNumber)
      outbox.append(OutboxEntry(id: id, messages: outgoing.messages))
      return id
    }
    outbox.removeAll { writeSet.confirmed.contains($0.id) }
    return ids
  }

  /// Removes the oldest entries of the inbox that were recorded from `start` on and before `cutoff`.
  mutating func removeInbox(from start: Timestamp?, before cutoff: Timestamp, limit: Int) -> RemovedEntries {
    let start = start ?? Timestamp(milliseconds: 0)
    let expired = inbox.values.filter { $0.recordedAt >= start && $0.recordedAt < cutoff }
      .sorted { $0.recordedAt < $1.recordedAt }
      .prefix(max(0, limit))
    for entry in expired { inbox[entry.key] = nil }
    return RemovedEntries(count: expired.count, newest: expired.last?.recordedAt)
  }

  private mutating func applyWorkspaces(_ writeSet: WriteSet) throws(UnitOfWorkError) {
    for deleted in writeSet.deleted {
      guard workspaces.removeValue(forKey: deleted.id)?.version == deleted.version else { throw .conflict(constraint: nil) }
    }
    let deleted = Set(writeSet.deleted.map(\.id))
    guard !workspaces.values.contains(where: { $0.parentID.map(deleted.contains) ?? false }) else {
      throw .conflict(constraint: .parent)
    }
    for updated in writeSet.updated {
      guard workspaces.removeValue(forKey: updated.workspace.id)?.version == updated.readVersion else {
        throw .conflict(constraint: nil)
      }
    }
    // Only when all have given up their names: these may pass from one to another.
    for updated in writeSet.updated { try insert(updated.workspace) }
    for inserted in writeSet.inserted { try insert(inserted) }
    for inserted in writeSet.inserted { try checkReferences(of: inserted) }
  }

  private mutating func insert(_ workspace: Workspace) throws(UnitOfWorkError) {
    guard workspaces[workspace.id] == nil else { throw .conflict(constraint: .workspaceID) }
    let siblings = workspaces.values.lazy.filter { $0.tenantID == workspace.tenantID }
    guard !siblings.contains(where: { $0.name == workspace.name }) else { throw .conflict(constraint: .tenantName) }
    guard !workspace.isRoot || !siblings.contains(where: \.isRoot) else { throw .conflict(constraint: .oneRootPerTenant) }
    workspaces[workspace.id] = workspace
  }

  private func checkReferences(of workspace: Workspace) throws(UnitOfWorkError) {
    guard tenants[workspace.tenantID] != nil else { throw .conflict(constraint: .tenant) }
    guard let parentID = workspace.parentID else { return }
    guard workspaces[parentID]?.tenantID == workspace.tenantID else { throw .conflict(constraint: .parent) }
  }
}
