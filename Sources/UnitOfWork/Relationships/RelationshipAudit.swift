package import WorkspaceDomain

/// Where an audit of relationships goes on: behind an object of a type.
package struct AuditPosition: Sendable, Equatable {
  package let type: ResourceType
  /// nil: from the first one.
  package let object: ULID?

  package init(type: ResourceType, object: ULID?) {
    self.type = type
    self.object = object
  }
}

/// What came of comparing some objects.
package struct AuditReport: Sendable, Equatable {
  package let objects: Int
  /// Relationships that the replica has otherwise than the database, and that do not wait to be replicated.
  package let differences: Int
  /// One of them, for people; nil where there is none.
  package let example: String?
  /// nil where everything was gone through: begin anew.
  package let next: AuditPosition?

  package init(objects: Int, differences: Int, example: String?, next: AuditPosition?) {
    self.objects = objects
    self.differences = differences
    self.example = example
    self.next = next
  }
}

/// Port: compares what the database says with the replica, some objects at a time.
package protocol RelationshipAudit: Sendable {
  /// - Parameters:
  ///   - position: nil: from the beginning.
  ///   - limit: the largest number of objects.
  func compare(after position: AuditPosition?, limit: Int) async throws -> AuditReport
}
