package import WorkspaceDomain

/// Where an audit of relationships continues: after an object of a type.
package struct AuditPosition: Sendable, Equatable {
  package let type: ResourceType
  /// Nil to start at the first object of the type.
  package let object: ULID?

  package init(type: ResourceType, object: ULID?) {
    self.type = type
    self.object = object
  }
}

/// The result of comparing some objects.
package struct AuditReport: Sendable, Equatable {
  package let objects: Int
  /// The number of relationships that differ between replica and database, not counting those that are waiting to be
  /// replicated.
  package let differences: Int
  /// One of the differences, for people; nil if there is none.
  package let example: String?
  /// Where to continue; nil if everything has been compared, so that the next audit starts over.
  package let next: AuditPosition?

  package init(objects: Int, differences: Int, example: String?, next: AuditPosition?) {
    self.objects = objects
    self.differences = differences
    self.example = example
    self.next = next
  }
}

/// Port: compares the database with the replica, some objects at a time.
package protocol RelationshipAudit: Sendable {
  /// - Parameters:
  ///   - position: where to continue; nil to start at the beginning.
  ///   - limit: the largest number of objects.
  func compare(after position: AuditPosition?, limit: Int) async throws -> AuditReport
}
