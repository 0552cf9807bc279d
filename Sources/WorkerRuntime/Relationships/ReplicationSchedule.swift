package import UnitOfWork
package import WorkspaceDomain

/// The order in which the entries of a page are applied: those of one tenant one after another, and those about one
/// object one after another, because ids can move from tenant to tenant; all others concurrently.
///
/// A pure value: completed entries go in, entries that may begin come out. An entry that fails holds back all that must
/// follow it, so that the same write is repeated before anything newer.
///
/// A relationship that a later entry of the page removes is not added by an earlier one. So no removed relationship
/// comes back for a moment when entries are applied again because a process ended before it recorded that they had
/// been.
package struct ReplicationSchedule: Sendable {
  /// An entry, which entries wait for it, and how many it waits for itself.
  private struct Place: Sendable {
    var entry: RelationshipEntry
    var waitsFor = 0
    var isWaitedForBy: [Int] = []
  }

  private var places: [Place]
  /// Entries that may begin; the last one is next.
  private var ready: [Int] = []
  private var underWay: [RelationshipEntry.ID: Int] = [:]
  /// Whether no more entries may begin.
  private var isClosed = false

  /// Entries that were applied, in the order in which they were.
  package private(set) var applied: [RelationshipEntry.ID] = []
  /// How many changes the applied entries made.
  package private(set) var changeCount = 0
  /// How far tenants are replicated. A tenant whose entries had nothing left to change has no mark.
  package private(set) var marks: [TenantID: ReplicationMark] = [:]
  /// Tenants whose next entry was refused, and why.
  package private(set) var refused: [TenantID: ReplicaError] = [:]
  /// Why no more entries begin, if that is because of a failure.
  package private(set) var failure: ReplicaError?
  /// Whether an entry that failed may still take effect.
  package private(set) var mayChangeLater = false

  /// - Parameter entries: oldest first.
  package init(_ entries: [RelationshipEntry]) {
    places = Self.withoutRevoked(entries).map { Place(entry: $0) }
    var lastOfTenant: [TenantID: Int] = [:]
    var lastOfObject: [Resource: Int] = [:]
    for index in places.indices {
      let entry = entries[index]
      var earlier = Set(
        entry.commit.changes.compactMap { lastOfObject.updateValue(index, forKey: $0.relationship.object) })
      if let last = lastOfTenant.updateValue(index, forKey: entry.tenantID) { earlier.insert(last) }
      earlier.remove(index)
      places[index].waitsFor = earlier.count
      for other in earlier { places[other].isWaitedForBy.append(index) }
    }
    ready = places.indices.reversed().filter { places[$0].waitsFor == 0 }
  }

  /// The next entry to apply; nil if none may begin now. An entry with no changes left counts as applied at once.
  package mutating func next() -> RelationshipEntry? {
    while !isClosed, let index = ready.popLast() {
      let entry = places[index].entry
      guard entry.commit.changes.isEmpty else {
        underWay[entry.id] = index
        return entry
      }
      finish(index)
    }
    return nil
  }

  /// An entry was applied.
  package mutating func applied(_ id: RelationshipEntry.ID, token: String) {
    guard let index = underWay.removeValue(forKey: id) else { return }
    let entry = places[index].entry
    changeCount += entry.commit.changes.count
    marks[entry.tenantID] = ReplicationMark(tenantID: entry.tenantID, id: id, token: token)
    finish(index)
  }

  /// An entry was not applied, as far as is known. A refusal concerns only its tenant; any other failure would hit all
  /// entries, and no more begin.
  package mutating func failed(_ id: RelationshipEntry.ID, _ error: ReplicaError) {
    guard let index = underWay.removeValue(forKey: id) else { return }
    if error.leavesOutcomeOpen { mayChangeLater = true }
    guard error.kind == .refused else {
      failure = failure ?? error
      return close()
    }
    refused[places[index].entry.tenantID] = error
  }

  /// No more entries begin. Those under way may end.
  package mutating func close() { isClosed = true }

  private mutating func finish(_ index: Int) {
    applied.append(places[index].entry.id)
    for other in places[index].isWaitedForBy {
      places[other].waitsFor -= 1
      if places[other].waitsFor == 0 { ready.append(other) }
    }
  }

  private static func withoutRevoked(_ entries: [RelationshipEntry]) -> [RelationshipEntry] {
    var revoked: Set<Relationship> = []
    let kept = entries.reversed().map { entry in
      let changes = entry.commit.changes.filter { change in
        if case .added(let relationship) = change { !revoked.contains(relationship) } else { true }
      }
      for change in entry.commit.changes {
        switch change {
        case .removed(let relationship): revoked.insert(relationship)
        case .added(let relationship): revoked.remove(relationship)
        }
      }
      return RelationshipEntry(id: entry.id, commit: RelationshipCommit(tenantID: entry.tenantID, changes: changes))
    }
    return kept.reversed()
  }
}
