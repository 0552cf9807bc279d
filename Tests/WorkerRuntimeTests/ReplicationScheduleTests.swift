import TestFixtures
import Testing
import UnitOfWork
import WorkerRuntime
import WorkspaceDomain

/// Entries are written `id: tenant, changes`, where "+3" adds a relationship of the number 3, and "-3" removes it.
@Suite struct ReplicationScheduleTests {
  private static func entry(_ id: Int64, _ tenant: UInt64, _ changes: [Int]) -> RelationshipEntry {
    let changes = changes.map { number -> RelationshipChange in
      let relationship = Relationship.parent(.sample(1), of: .sample(UInt64(abs(number))))
      return number > 0 ? .added(relationship) : .removed(relationship)
    }
    return RelationshipEntry(id: id, commit: RelationshipCommit(tenantID: .sample(tenant), changes: changes))
  }

  /// Everything that may start now.
  private func begin(_ schedule: inout ReplicationSchedule) -> [Int64] {
    var ids: [Int64] = []
    while let entry = schedule.next() { ids.append(entry.id) }
    return ids
  }

  @Test func `a tenant's entries are sequential, tenants run side by side`() {
    var schedule = ReplicationSchedule([
      Self.entry(1, 1, [1]), Self.entry(2, 2, [2]), Self.entry(3, 1, [3]), Self.entry(4, 1, [4]),
    ])
    #expect(begin(&schedule) == [1, 2])
    schedule.applied(2, token: "b")
    #expect(begin(&schedule) == [])
    schedule.applied(1, token: "a")
    #expect(begin(&schedule) == [3])
    schedule.applied(3, token: "c")
    #expect(begin(&schedule) == [4])
    #expect(schedule.applied == [2, 1, 3])
    #expect(schedule.marks[.sample(1)] == ReplicationMark(tenantID: .sample(1), id: 3, token: "c"))
    #expect(schedule.marks[.sample(2)] == ReplicationMark(tenantID: .sample(2), id: 2, token: "b"))
    #expect(schedule.changeCount == 3)
  }

  @Test func `a relationship that moves from tenant to tenant is changed in the order of the commits`() {
    var schedule = ReplicationSchedule([Self.entry(1, 2, [-7]), Self.entry(2, 1, [7]), Self.entry(3, 3, [8])])
    #expect(begin(&schedule) == [1, 3])
    schedule.applied(1, token: "a")
    #expect(begin(&schedule) == [2])
  }

  /// Otherwise the object had the admins of both tenants for a moment.
  @Test func `an object that moves between tenants leaves the first before it is the other's`() {
    let object = Resource.workspace(.sample(9))
    let entries = [
      RelationshipEntry(
        id: 1, commit: RelationshipCommit(tenantID: .sample(2), changes: [.removed(.tenant(.sample(2), of: object))])),
      RelationshipEntry(
        id: 2, commit: RelationshipCommit(tenantID: .sample(1), changes: [.added(.tenant(.sample(1), of: object))])),
    ]
    var schedule = ReplicationSchedule(entries)
    #expect(begin(&schedule) == [1])
    schedule.applied(1, token: "a")
    #expect(begin(&schedule) == [2])
  }

  @Test func `a failed entry holds back later ones`() {
    var schedule = ReplicationSchedule([
      Self.entry(1, 1, [1]), Self.entry(2, 1, [2]), Self.entry(3, 2, [1]), Self.entry(4, 3, [4]),
    ])
    #expect(begin(&schedule) == [1, 4])
    schedule.failed(1, ReplicaError(.refused, "no"))
    schedule.applied(4, token: "d")
    #expect(begin(&schedule) == [])
    #expect(schedule.applied == [4])
    #expect(schedule.refused == [.sample(1): ReplicaError(.refused, "no")])
    #expect(schedule.failure == nil)
  }

  @Test(arguments: [ReplicaError.Kind.unavailable, .misconfigured])
  func `if the replica itself fails, nothing else begins`(kind: ReplicaError.Kind) {
    var schedule = ReplicationSchedule([Self.entry(1, 1, [1]), Self.entry(2, 2, [2]), Self.entry(3, 2, [3])])
    #expect(begin(&schedule) == [1, 2])
    schedule.failed(1, ReplicaError(kind, "gone"))
    schedule.applied(2, token: "b")
    #expect(begin(&schedule) == [])
    #expect(schedule.applied == [2], "the write in progress counts")
    #expect(schedule.failure == ReplicaError(kind, "gone"))
  }

  @Test func `relationships that a later entry removes are no longer added`() {
    var schedule = ReplicationSchedule([Self.entry(1, 1, [1, 2]), Self.entry(2, 1, [-1]), Self.entry(3, 1, [1])])
    #expect(schedule.next() == Self.entry(1, 1, [2]))
    schedule.applied(1, token: "a")
    #expect(schedule.next() == Self.entry(2, 1, [-1]))
    schedule.applied(2, token: "b")
    #expect(schedule.next() == Self.entry(3, 1, [1]))
  }

  @Test func `an entry with nothing left counts as applied in its turn`() {
    var schedule = ReplicationSchedule([Self.entry(1, 1, [5]), Self.entry(2, 1, [1]), Self.entry(3, 1, [-1])])
    #expect(begin(&schedule) == [1])
    schedule.applied(1, token: "a")
    #expect(begin(&schedule) == [3])
    #expect(schedule.applied == [1, 2])
  }

  @Test func `nothing begins after closing`() {
    var schedule = ReplicationSchedule([Self.entry(1, 1, [1]), Self.entry(2, 2, [2])])
    #expect(schedule.next()?.id == 1)
    schedule.close()
    schedule.applied(1, token: "a")
    #expect(schedule.next() == nil)
    #expect(schedule.failure == nil)
  }

  @Test func `in whatever order writes end, the replica reaches the state of the commits`() {
    var random = SeededRandom(seed: 1)
    for _ in 0..<300 {
      let entries = (1...20).map { id in
        let numbers = Set((0..<3).map { _ in Int.random(in: 1...6, using: &random) })
        return Self.entry(
          Int64(id), .random(in: 1...4, using: &random), numbers.sorted().map { Bool.random(using: &random) ? $0 : -$0 }
        )
      }
      var (expected, replica): (Set<Relationship>, Set<Relationship>) = ([], [])
      for change in entries.flatMap(\.commit.changes) { expected.apply(change) }
      var schedule = ReplicationSchedule(entries)
      var underWay: [RelationshipEntry] = []
      while true {
        while underWay.count < 3, let entry = schedule.next() { underWay.append(entry) }
        guard !underWay.isEmpty else { break }
        let entry = underWay.remove(at: .random(in: underWay.indices, using: &random))
        for change in entry.commit.changes { replica.apply(change) }
        schedule.applied(entry.id, token: "t")
      }
      #expect(schedule.applied.count == entries.count)
      #expect(replica == expected)
    }
  }
}

extension Set<Relationship> {
  fileprivate mutating func apply(_ change: RelationshipChange) {
    switch change {
    case .added(let relationship): insert(relationship)
    case .removed(let relationship): remove(relationship)
    }
  }
}
