import SpiceDBClient
import Synchronization
import UnitOfWork
import WorkspaceDomain

@testable import SpiceDBAuthorization

/// A database's relationships, in memory.
final class FakeTables: RelationshipTables {
  struct State {
    /// By tenant.
    var relationships: [(tenantID: TenantID, relationship: Relationship)] = []
    var waiting: [ClosedRange<Int64>?] = [nil]
    var pings = 0
    /// The session has ended.
    var isLost = false
  }

  let state: Mutex<State>

  init(
    _ relationships: [Relationship],
    of tenantID: TenantID = .init(ULID(milliseconds: 0, randomness: .init(high: 0, low: 1)))
  ) {
    state = Mutex(State(relationships: relationships.map { (tenantID, $0) }))
  }

  func relationships(
    about type: ResourceType, in scope: RelationshipScope, after position: RelationshipPosition?, limit: Int
  ) async throws(UnitOfWorkError) -> StoredRelationships {
    let all = state.withLock { state in
      state.relationships.filter { tenantID, relationship in
        guard relationship.object.type == type else { return false }
        switch scope {
        case .all: return true
        case .tenant(let wanted): return tenantID == wanted
        case .object(let id): return relationship.object.ulid == id
        }
      }.map(\.relationship).sorted { $0.object.ulid < $1.object.ulid }
    }
    // Pages of two objects.
    let ids = Set(all.map(\.object.ulid)).filter { id in position.map { id > $0.object } ?? true }.sorted().prefix(2)
    return StoredRelationships(
      relationships: all.filter { ids.contains($0.object.ulid) },
      next: ids.count < 2 ? nil : ids.last.map { RelationshipPosition(object: $0, member: nil) })
  }

  func waiting() async throws(UnitOfWorkError) -> ClosedRange<Int64>? {
    state.withLock { $0.waiting.count > 1 ? $0.waiting.removeFirst() : $0.waiting[0] }
  }

  func ping() async throws(UnitOfWorkError) {
    let isLost = state.withLock { state in
      state.pings += 1
      return state.isLost
    }
    if isLost { throw .unavailable(reason: "the session is lost") }
  }
}

/// SpiceDB's relationships, in memory, in pages of three.
final class FakeSource: RelationshipSource {
  private let relationships: Mutex<[SpiceDBRelationship]>
  private let isOrdered: Bool
  private let answered = Atomic(0)

  /// How many pages it was asked for.
  var pages: Int { answered.load(ordering: .relaxed) }

  init(_ relationships: [SpiceDBRelationship], isOrdered: Bool = true) {
    self.relationships = Mutex(relationships)
    self.isOrdered = isOrdered
  }

  var all: Set<SpiceDBRelationship> { Set(relationships.withLock { $0 }) }

  func apply(_ updates: [RelationshipUpdate]) {
    relationships.withLock { relationships in
      for update in updates {
        relationships.removeAll { $0 == update.relationship }
        if case .touch(let relationship) = update { relationships.append(relationship) }
      }
    }
  }

  func relationships(
    _ filter: RelationshipFilter, after cursor: SpiceDBCursor?
  ) async throws(SpiceDBError) -> RelationshipPage {
    answered.add(1, ordering: .relaxed)
    var found = relationships.withLock { relationships in
      relationships.filter { relationship in
        relationship.resource.type == filter.resourceType
          && filter.resourceID.map { $0 == relationship.resource.id } ?? true
          && filter.relation.map { $0 == relationship.relation } ?? true
          && filter.subject.map { $0.id == relationship.subject.object.id } ?? true
      }
    }
    if isOrdered { found.sort { "\($0)" < "\($1)" } }
    let start = cursor.flatMap { Int($0.token) } ?? 0
    let page = found.dropFirst(start).prefix(3)
    return RelationshipPage(
      relationships: Array(page), next: page.count < 3 ? nil : SpiceDBCursor("\(start + page.count)"))
  }
}
