import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// The rows of ``InMemoryUnitOfWorkStore`` and the constraints between them.
struct Tables {
  var outbox: [OutboxEntry] = []
  var deadLetters: [DeadLetter] = []
  private var acknowledgedLetters: Set<ULID> = []
  var parking = ParkingTables()
  /// Replays that are under way.
  var replays: [ReplayReference: ReplayedCommand] = [:]
  private var inbox: [InboxKey: InboxEntry] = [:]
  private var tenants: [TenantID: Int64] = [:]
  private var workspaces: [WorkspaceID: Workspace] = [:]
  private var access = AccessTables()
  private var lastOutboxNumber: Int64 = 0
  /// The committed changes of relationships, oldest first.
  var relationshipCommits: [RelationshipCommit] = []
  /// The number of relationship commits that are replicated.
  private var replicated = 0
  private var tokens: [TenantID: String] = [:]

  /// The relationships that follow from workspaces, groups and roles.
  func relationships(opensRoot: Bool) -> Set<Relationship> {
    Set(
      workspaces.values.flatMap { Relationship.of($0, opensRoot: opensRoot) }
        + access.groups.values.flatMap(Relationship.of)
        + access.roles.map { .role($0.value, of: $0.key.member, on: $0.key.object) })
  }

  var waitingRelationshipCommits: [RelationshipCommit] { Array(relationshipCommits.dropFirst(replicated)) }

  func replication(of asked: Set<TenantID>) -> [TenantID: TenantReplication] {
    let waiting = Set(waitingRelationshipCommits.map(\.tenantID))
    return asked.reduce(into: [:]) { all, tenantID in
      all[tenantID] = TenantReplication(
        sequence: tenants[tenantID], isWaiting: waiting.contains(tenantID), token: tokens[tenantID])
    }
  }

  mutating func noteReplicated(token: String) {
    for commit in waitingRelationshipCommits { tokens[commit.tenantID] = token }
    replicated = relationshipCommits.count
  }

  func snapshot(_ readSet: ReadSet) -> Snapshot {
    var snapshot = Snapshot()
    for question in readSet.inbox { answer(question, in: &snapshot) }
    snapshot.replays = replays.filter { readSet.replays.contains($0.key) }
    snapshot.tenants = tenants.filter { readSet.tenants.contains($0.key) }
    for page in readSet.tree.pages {
      snapshot.pages[page] = Array(
        workspaces.values.filter { workspace in
          workspace.tenantID == page.tenantID && page.after.map { workspace.id > $0 } ?? true
            && page.viewer.map { mayView(workspace, $0) } ?? true
        }.map(\.id).sorted().prefix(page.limit))
    }
    for page in readSet.tree.childPages {
      snapshot.childPages[page] = Array(
        workspaces.values.filter { workspace in
          workspace.parentID == page.parentID && workspace.tenantID == page.tenantID
            && page.after.map { workspace.id > $0 } ?? true
        }.map(\.id).sorted().prefix(page.limit))
    }
    let paged = Set(snapshot.pages.values.joined()).union(snapshot.childPages.values.joined()).union(
      ancestorsOf(readSet.tree))
    snapshot.workspaces = workspaces.filter { id, workspace in
      readSet.tree.workspaces.contains(id) || paged.contains(id)
        || readSet.tree.names.contains(TenantName(tenantID: workspace.tenantID, name: workspace.name))
        || workspace.isRoot && readSet.tree.rootsOf.contains(workspace.tenantID)
    }
    for workspace in workspaces.values {
      guard let parentID = workspace.parentID, readSet.tree.childrenOf.contains(parentID) else { continue }
      snapshot.childCounts[parentID] = min(snapshot.childCounts[parentID, default: 0] + 1, readSet.tree.childLimit)
    }
    for tenantID in readSet.tree.sizesOf {
      let size = workspaces.values.count { $0.tenantID == tenantID && !$0.isRoot }
      snapshot.sizes[tenantID] = min(size, readSet.tree.childLimit)
    }
    access.answer(readSet.access, readSet.tenants, in: &snapshot)
    for asked in readSet.tree.chainsOf where workspaces[asked.id]?.tenantID == asked.tenantID {
      var next: WorkspaceID? = asked.id
      while let id = next {
        next = workspaces[id]?.parentID
        snapshot.parents.updateValue(next, forKey: id)
      }
    }
    for asked in readSet.tree.heightsOf where workspaces[asked.id]?.tenantID == asked.tenantID {
      let height = height(of: asked.id, below: WorkspaceRules.maximumTreeDepth)
      if height > 1 { snapshot.heights[asked.id] = height }
    }
    for letter in deadLetters where !acknowledgedLetters.contains(letter.id) {
      let key = DeadLetterKey(queue: letter.queue, fingerprint: letter.fingerprint)
      if readSet.deadLetters.contains(key) { snapshot.deadLetters[key, default: []].append(letter.id) }
    }
    let waiting = parking.entries.map { entry in
      InboxKey(
        tenantID: entry.command.tenantID, source: entry.command.source, id: entry.command.commandID)
    }
    snapshot.waiting = readSet.waiting.intersection(waiting)
    snapshot.parked = readSet.parked.intersection(parking.entries.map(\.command.fingerprint))
    return snapshot
  }

  /// The workspaces on the requested ways up to the root.
  private func ancestorsOf(_ reads: TreeReads) -> [WorkspaceID] {
    let starts = workspaces.values.filter { workspace in
      reads.ancestorsOf.contains(TenantWorkspace(tenantID: workspace.tenantID, id: workspace.id))
        || reads.ancestorsOfNamed.contains(TenantName(tenantID: workspace.tenantID, name: workspace.name))
    }
    return starts.flatMap { start in sequence(first: start.id) { workspaces[$0]?.parentID } }
  }

  private func mayView(_ workspace: Workspace, _ viewer: UserID) -> Bool {
    if access.isTenantAdmin(viewer, of: workspace.tenantID) { return true }
    var next: Workspace? = workspace
    while let step = next {
      if access.isGranted(viewer, step) { return true }
      next = step.parentID.flatMap { workspaces[$0] }
    }
    return false
  }

  /// The height of the subtree of a workspace; 1 for a leaf.
  ///
  /// - Parameter levels: the number of levels that are counted below the workspace.
  private func height(of id: WorkspaceID, below levels: Int) -> Int {
    guard levels > 0 else { return 1 }
    let children = workspaces.values.filter { $0.parentID == id }
    return 1 + (children.map { height(of: $0.id, below: levels - 1) }.max() ?? 0)
  }

  private func answer(_ question: InboxQuestion, in snapshot: inout Snapshot) {
    guard let entry = inbox[question.key] else { return }
    if question.fingerprint.map(entry.fingerprint.matches) ?? false {
      snapshot.inbox[entry.key] = entry
    } else if snapshot.inbox[entry.key] == nil {
      snapshot.inbox[entry.key] = entry.withoutResult
    }
  }

  mutating func apply(_ writeSet: WriteSet) throws(UnitOfWorkError) -> [OutboxID] {
    for (tenantID, sequence) in writeSet.newTenants {
      guard tenants.updateValue(sequence, forKey: tenantID) == nil else { throw .conflict(constraint: .tenantID) }
    }
    for entry in writeSet.inbox {
      guard inbox.updateValue(entry, forKey: entry.key) == nil else { throw .conflict(constraint: .inboxKey) }
    }
    for entry in writeSet.replacedInbox {
      guard inbox[entry.key]?.isFailure ?? false else { throw .conflict(constraint: nil) }
      inbox[entry.key] = entry
    }
    for outcome in writeSet.replayOutcomes { replays[outcome.reference] = nil }
    try applyWorkspaces(writeSet)
    try access.apply(writeSet)
    try access.checkReferences(tenants: tenants, workspaces: workspaces)
    for (tenantID, sequence) in writeSet.sequences {
      guard tenants.updateValue(sequence, forKey: tenantID) != nil else { throw .conflict(constraint: nil) }
    }
    relationshipCommits += writeSet.relationships
    deadLetters += writeSet.deadLetters
    acknowledgedLetters.formUnion(writeSet.acknowledgedLetters)
    try parking.apply(writeSet)
    let ids = writeSet.outgoing.map { outgoing in
      lastOutboxNumber += 1
      let id = OutboxID(number: lastOutboxNumber)
      outbox.append(OutboxEntry(id: id, messages: outgoing.messages))
      return id
    }
    outbox.removeAll { writeSet.confirmed.contains($0.id) }
    return ids
  }

  /// Removes the oldest inbox entries, at most `limit`, that were recorded from `start` on and before `cutoff`.
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
      guard workspaces.removeValue(forKey: deleted.id)?.version == deleted.version else {
        throw .conflict(constraint: nil)
      }
    }
    for updated in writeSet.updated {
      guard workspaces.removeValue(forKey: updated.aggregate.id)?.version == updated.readVersion else {
        throw .conflict(constraint: nil)
      }
    }
    // Only when all have given up their names: a name may pass from one workspace to another.
    for updated in writeSet.updated { try insert(updated.aggregate) }
    for inserted in writeSet.inserted { try insert(inserted) }
    // Checked at the end, as in the database: a workspace may move below an inserted one, and away from a deleted one.
    for inserted in writeSet.inserted { try checkReferences(of: inserted) }
    for updated in writeSet.updated { try checkReferences(of: updated.aggregate) }
    let deleted = Set(writeSet.deleted.map(\.id))
    let orphans = workspaces.values.lazy.filter { $0.parentID.map(deleted.contains) ?? false }
    guard orphans.allSatisfy({ $0.parentID.map { self.workspaces[$0] != nil } ?? true }) else {
      throw .conflict(constraint: .parent)
    }
  }

  private mutating func insert(_ workspace: Workspace) throws(UnitOfWorkError) {
    guard workspaces[workspace.id] == nil else { throw .conflict(constraint: .workspaceID) }
    let siblings = workspaces.values.lazy.filter { $0.tenantID == workspace.tenantID }
    guard !siblings.contains(where: { $0.name == workspace.name }) else { throw .conflict(constraint: .tenantName) }
    guard !workspace.isRoot || !siblings.contains(where: \.isRoot) else {
      throw .conflict(constraint: .oneRootPerTenant)
    }
    workspaces[workspace.id] = workspace
  }

  private func checkReferences(of workspace: Workspace) throws(UnitOfWorkError) {
    guard tenants[workspace.tenantID] != nil else { throw .conflict(constraint: .tenant) }
    guard let parentID = workspace.parentID else { return }
    guard workspaces[parentID]?.tenantID == workspace.tenantID else { throw .conflict(constraint: .parent) }
  }
}

extension InboxEntry {
  fileprivate var withoutResult: InboxEntry {
    InboxEntry(
      key: key, fingerprint: fingerprint, resultID: resultID, resultType: resultType, result: [], recordedAt: recordedAt
    )
  }
}
