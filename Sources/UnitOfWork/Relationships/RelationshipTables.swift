package import WorkspaceDomain

/// Which objects' relationships are meant.
package enum RelationshipScope: Sendable, Equatable {
  case all
  case tenant(TenantID)
  /// One object, of whatever tenant.
  case object(ULID)
}

/// A place in the order of relationships: by object, first what the object gives rise to itself, then its members.
package struct RelationshipPosition: Sendable, Equatable {
  package let object: ULID
  /// nil: what the object gives rise to itself.
  package let member: Member?

  package init(object: ULID, member: Member?) {
    self.object = object
    self.member = member
  }
}

/// Some of what the database says, and how to go on.
package struct StoredRelationships: Sendable, Equatable {
  /// In the order of their objects' ids.
  package let relationships: [Relationship]
  /// nil when there is no more.
  package let next: RelationshipPosition?

  package init(relationships: [Relationship], next: RelationshipPosition?) {
    self.relationships = relationships
    self.next = next
  }
}

/// Port: all relationships that the database's rows say, to be compared with a replica. Each call is a transaction of its own.
package protocol RelationshipTables: Sendable {
  /// A page of those about objects of a type.
  ///
  /// - Parameter limit: of rows, each of which says up to three relationships.
  func relationships(
    about type: ResourceType, in scope: RelationshipScope, after position: RelationshipPosition?, limit: Int
  ) async throws(UnitOfWorkError) -> StoredRelationships

  /// The ids of the first and the last commit that wait to be replicated; nil where none does.
  func waiting() async throws(UnitOfWorkError) -> ClosedRange<Int64>?
}
