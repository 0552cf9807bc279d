package import WorkspaceDomain

/// Where an audit of relationships continues: after an object of a type.
package struct AuditPosition: Sendable, Equatable {
  package let type: ResourceType
  /// nil: from the first one.
  package let object: ULID?

  package init(type: ResourceType, object: ULID?) {
    self.type = type
    self.object = object
  }
}

/// The result of comparing some objects.
package struct AuditReport: Sendable, Equatable {
  package let objects: Int
  /// Relationships that differ between replica and database, and are not waiting to be replicated.
  package let differences: Int
  /// One of them, for people; nil if there is none.
  package let example: String?
  /// nil if everything has been compared: start over.
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
  ///   - position: nil: from the beginning.
  ///   - limit: the largest number of objects.
  func compare(after position: AuditPosition?, limit: Int) async throws -> AuditReport
}
