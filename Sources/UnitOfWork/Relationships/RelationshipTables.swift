package import WorkspaceDomain

/// Selects objects whose relationships to read.
package enum RelationshipScope: Sendable, Equatable {
  case all
  case tenant(TenantID)
  /// One object, in any tenant.
  case object(ULID)
}

/// A position in the order of relationships: sorted by object, and for each object, first its own relationships, then
/// its members.
package struct RelationshipPosition: Sendable, Equatable {
  package let object: ULID
  /// Nil for the object's own relationships.
  package let member: Member?

  package init(object: ULID, member: Member?) {
    self.object = object
    self.member = member
  }
}

/// Some of the database's relationships, and how to continue.
package struct StoredRelationships: Sendable, Equatable {
  /// In the order of their objects' ids.
  package let relationships: [Relationship]
  /// Nil if there are no more.
  package let next: RelationshipPosition?

  package init(relationships: [Relationship], next: RelationshipPosition?) {
    self.relationships = relationships
    self.next = next
  }
}

/// Port: all relationships that follow from the database's rows, for comparison with a replica. Each call is a
/// transaction of its own.
package protocol RelationshipTables: Sendable {
  /// A page of the relationships about objects of a type.
  ///
  /// - Parameter limit: the largest number of rows, each of which contains up to two relationships.
  func relationships(
    about type: ResourceType, in scope: RelationshipScope, after position: RelationshipPosition?, limit: Int
  ) async throws(UnitOfWorkError) -> StoredRelationships

  /// The ids of the first and the last outbox entry waiting to be replicated; nil if there is none.
  func waiting() async throws(UnitOfWorkError) -> ClosedRange<Int64>?

  /// A sign of life: checks that the session, and with it the replication turn if it has it, is not lost, and keeps the
  /// session from ending as idle.
  func ping() async throws(UnitOfWorkError)
}
