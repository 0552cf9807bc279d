import SpiceDBClient
package import UnitOfWork
package import WorkspaceDomain

/// Finds the differences between SpiceDB and the database.
///
/// It reads both in the order of object ids, a page at a time: the memory use of a full comparison depends on the
/// members of the largest object, not on the number of objects. Comparing one tenant also keeps the ids of the tenant's
/// objects. Either side may change during a comparison: a difference found may have been replicated since, which
/// ``confirmed(_:patience:)`` checks.
package struct RelationshipComparison {
  /// The number of rows in a page read from the database.
  static let pageSize = 1000

  private let tables: any RelationshipTables
  private let source: any RelationshipSource

  package init(of source: any RelationshipSource, with tables: any RelationshipTables) {
    self.source = source
    self.tables = tables
  }

  /// Compares everything.
  ///
  /// - Parameter each: called for each object in turn with its differences, usually none.
  package func compare(_ each: ([RelationshipDifference]) async throws -> Void) async throws {
    for type in ResourceType.allCases {
      var stored = ObjectStream(tables, type, in: .all)
      var found = stream(RelationshipFilter(resourceType: type.rawValue))
      var (one, other) = (try await stored.next(), try await found.next())
      while one != nil || other != nil {
        switch (one, other) {
        case (let left?, let right?) where left.object == right.object:
          try await each(ObjectRelationships.differences(left.relationships, right.relationships))
          (one, other) = (try await stored.next(), try await found.next())
        case (let left?, let right) where right.map({ left.object.id < $0.object.id }) ?? true:
          try await each(ObjectRelationships.differences(left.relationships, []))
          one = try await stored.next()
        case (_, let right):
          try await each(ObjectRelationships.differences([], right?.relationships ?? []))
          other = try await found.next()
        }
      }
    }
  }

  /// Compares a tenant's objects in the database with those that SpiceDB assigns to the tenant, one object at a time.
  package func compare(_ tenantID: TenantID, _ each: ([RelationshipDifference]) async throws -> Void) async throws {
    for type in ResourceType.allCases {
      var seen: Set<String> = []
      var stored = ObjectStream(tables, type, in: .tenant(tenantID))
      while let one = try await stored.next() {
        seen.insert(one.object.id)
        try await each(ObjectRelationships.differences(one.relationships, try await found(one.object)))
      }
      for object in try await claimed(tenantID, type) where !seen.contains(object.id) {
        try await each(try await differences(of: object))
      }
    }
  }

  /// Compares some of the database's objects, in the order of their ids.
  ///
  /// - Parameters:
  ///   - id: the id of the object to continue after; nil to start at the first one.
  ///   - limit: the largest number of objects.
  /// - Returns: the number of objects compared, and their differences. `last` is the id of the last object, or nil if
  ///   there are no more.
  func slice(
    of type: ResourceType, after id: ULID?, limit: Int
  ) async throws -> (objects: Int, differences: [RelationshipDifference], last: ULID?) {
    var stored = ObjectStream(tables, type, in: .all, after: id.map { RelationshipPosition(object: $0, member: nil) })
    var (objects, differences, last): (Int, [RelationshipDifference], ULID?) = (0, [], nil)
    while objects < limit {
      guard let one = try await stored.next() else { return (objects, differences, nil) }
      // The remaining rows of the object to continue after: its members.
      if let id, one.object.id == id.description { continue }
      objects += 1
      last = ULID(one.object.id)
      differences += ObjectRelationships.differences(one.relationships, try await found(one.object))
    }
    return (objects, differences, last)
  }

  /// The differences that remain once all waiting changes have been replicated. Until then, a difference does not count
  /// as drift.
  ///
  /// - Parameter patience: how long to wait for the replication.
  /// - Returns: nil if the replication took longer.
  package func confirmed(
    _ differences: [RelationshipDifference], patience: Duration
  ) async throws -> [RelationshipDifference]? {
    guard !differences.isEmpty else { return [] }
    guard try await isReplicated(within: patience) else { return nil }
    var confirmed: [RelationshipDifference] = []
    var current: [SpiceDBObject: Set<RelationshipDifference>] = [:]
    for difference in differences {
      let object = difference.relationship.resource
      if current[object] == nil { current[object] = Set(try await self.differences(of: object)) }
      if current[object]?.contains(difference) ?? false { confirmed.append(difference) }
    }
    return confirmed
  }

  /// Waits until all changes that are waiting now have been replicated.
  ///
  /// - Returns: false if that took longer.
  private func isReplicated(within patience: Duration) async throws -> Bool {
    guard let last = try await tables.waiting()?.upperBound else { return true }
    let end = ContinuousClock.now + patience
    while let first = try await tables.waiting()?.lowerBound, first <= last {
      guard ContinuousClock.now < end else { return false }
      try await Task.sleep(for: .milliseconds(100))
    }
    return true
  }

  /// The differences of one object, from the current state of SpiceDB and the database.
  private func differences(of object: SpiceDBObject) async throws -> [RelationshipDifference] {
    ObjectRelationships.differences(try await stored(object), try await found(object))
  }

  private func stored(_ object: SpiceDBObject) async throws -> Set<SpiceDBRelationship> {
    guard let type = ResourceType(rawValue: object.type), let id = ULID(object.id) else { return [] }
    var stream = ObjectStream(tables, type, in: .object(id))
    return try await stream.next()?.relationships ?? []
  }

  private func found(_ object: SpiceDBObject) async throws -> Set<SpiceDBRelationship> {
    var found = stream(RelationshipFilter(resourceType: object.type, resourceID: object.id))
    return try await found.next()?.relationships ?? []
  }

  /// The tenant's objects, according to SpiceDB.
  private func claimed(_ tenantID: TenantID, _ type: ResourceType) async throws -> [SpiceDBObject] {
    let tenant = SpiceDBObject(.tenant(tenantID))
    guard type != .tenant else { return [tenant] }
    let subject = RelationshipFilter.Subject(type: tenant.type, id: tenant.id)
    var found = stream(RelationshipFilter(resourceType: type.rawValue, relation: "tenant", subject: subject))
    var objects: [SpiceDBObject] = []
    while let object = try await found.next()?.object { objects.append(object) }
    return objects
  }

  /// SpiceDB's relationships. The database is asked for a sign of life before each page: however many of them only
  /// SpiceDB has, its session does not end as idle, and its end is noticed.
  private func stream(_ filter: RelationshipFilter) -> ObjectStream {
    ObjectStream(source, filter) { [tables] in try await tables.ping() }
  }
}
