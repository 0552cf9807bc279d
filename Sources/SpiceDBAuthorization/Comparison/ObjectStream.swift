import SpiceDBClient
import UnitOfWork
import WorkspaceDomain

/// Groups pages of relationships by object, in the order of their ids: a page and one object are in memory at a time.
struct ObjectStream {
  private let nextPage: () async throws -> [SpiceDBRelationship]?
  private var page: ArraySlice<SpiceDBRelationship> = []
  private var isAtEnd = false
  private var lastID = ""

  /// - Parameter nextPage: returns the next page; nil after the last one.
  init(_ nextPage: @escaping () async throws -> [SpiceDBRelationship]?) { self.nextPage = nextPage }

  /// - Throws: ``UnorderedRelationships`` if an object comes after one with a higher id, or again.
  mutating func next() async throws -> ObjectRelationships? {
    guard try await fill() else { return nil }
    let object = page[page.startIndex].resource
    guard lastID < object.id else { throw UnorderedRelationships(type: object.type) }
    lastID = object.id
    var relationships: Set<SpiceDBRelationship> = []
    while try await fill(), let relationship = page.first, relationship.resource == object {
      relationships.insert(relationship)
      page.removeFirst()
    }
    return ObjectRelationships(object: object, relationships: relationships)
  }

  /// - Returns: whether the page has any relationships.
  private mutating func fill() async throws -> Bool {
    while page.isEmpty, !isAtEnd {
      if let next = try await nextPage() { page = next[...] } else { isAtEnd = true }
    }
    return !page.isEmpty
  }
}

/// SpiceDB's relationships did not come in the order of their resources' ids: they can't be compared in one pass.
package struct UnorderedRelationships: Error, CustomStringConvertible {
  let type: String

  package var description: String {
    "SpiceDB does not return relationships of type \(type) in order of resource id"
  }
}

extension ObjectStream {
  /// The database's relationships of objects of a type.
  ///
  /// - Parameter start: where to start; nil: from the first.
  init(
    _ tables: any RelationshipTables, _ type: ResourceType, in scope: RelationshipScope,
    after start: RelationshipPosition? = nil
  ) {
    var position = start
    var isFirst = true
    self.init {
      guard isFirst || position != nil else { return nil }
      isFirst = false
      let page = try await tables.relationships(
        about: type, in: scope, after: position, limit: RelationshipComparison.pageSize)
      position = page.next
      return page.relationships.map { SpiceDBRelationship($0) }
    }
  }

  /// SpiceDB's relationships.
  ///
  /// - Parameter ready: is called before each page.
  init(_ source: any RelationshipSource, _ filter: RelationshipFilter, ready: @escaping () async throws -> Void) {
    var cursor: SpiceDBCursor?
    var isFirst = true
    self.init {
      guard isFirst || cursor != nil else { return nil }
      isFirst = false
      try await ready()
      let page = try await source.relationships(filter, after: cursor)
      cursor = page.next
      return page.relationships
    }
  }
}
