/// What SpiceDB stores: `resource#relation@subject`.
package struct SpiceDBRelationship: Sendable, Hashable, CustomStringConvertible {
  package let resource: SpiceDBObject
  package let relation: String
  package let subject: SpiceDBSubject

  package init(resource: SpiceDBObject, relation: String, subject: SpiceDBSubject) {
    self.resource = resource
    self.relation = relation
    self.subject = subject
  }

  package var description: String { "\(resource)#\(relation)@\(subject)" }
}

/// An object of SpiceDB. Ids must be valid in SpiceDB; ``SpiceDBID`` encodes those that aren't.
package struct SpiceDBObject: Sendable, Hashable, CustomStringConvertible {
  package let type: String
  package let id: String

  package init(type: String, id: String) {
    self.type = type
    self.id = id
  }

  package var description: String { "\(type):\(id)" }
}

/// The subject of a relation: an object, or everything that has a relation to that object, such as the members of a
/// group.
package struct SpiceDBSubject: Sendable, Hashable, CustomStringConvertible {
  package let object: SpiceDBObject
  /// nil for the object itself.
  package let relation: String?

  package init(_ object: SpiceDBObject, relation: String? = nil) {
    self.object = object
    self.relation = relation
  }

  package init(type: String, id: String, relation: String? = nil) {
    self.init(SpiceDBObject(type: type, id: id), relation: relation)
  }

  package var description: String { relation.map { "\(object)#\($0)" } ?? "\(object)" }
}

/// A change of one relationship. Both kinds are idempotent; CREATE, SpiceDB's third kind, is not, and so is left out.
package enum RelationshipUpdate: Sendable, Hashable {
  /// Afterwards the relationship exists, whether or not it did before.
  case touch(SpiceDBRelationship)
  /// Afterwards the relationship doesn't exist, whether or not it did before.
  case delete(SpiceDBRelationship)

  package var relationship: SpiceDBRelationship {
    switch self {
    case .touch(let relationship), .delete(let relationship): relationship
    }
  }
}

/// Selects the relationships that match all conditions given; nil is no condition.
package struct RelationshipFilter: Sendable, Hashable {
  package struct Subject: Sendable, Hashable {
    package let type: String
    package let id: String?
    package let relation: Relation

    package enum Relation: Sendable, Hashable {
      case any
      /// The subject is the object itself.
      case none
      case named(String)
    }

    package init(type: String, id: String? = nil, relation: Relation = .any) {
      self.type = type
      self.id = id
      self.relation = relation
    }
  }

  package let resourceType: String
  package let resourceID: String?
  package let relation: String?
  package let subject: Subject?

  package init(resourceType: String, resourceID: String? = nil, relation: String? = nil, subject: Subject? = nil) {
    self.resourceType = resourceType
    self.resourceID = resourceID
    self.relation = relation
    self.subject = subject
  }
}

/// A condition that must hold for a write to be made at all.
package enum RelationshipPrecondition: Sendable, Hashable {
  /// At least one relationship matches.
  case exists(RelationshipFilter)
  /// No relationship matches.
  case isAbsent(RelationshipFilter)
}

/// A question: does the subject have the permission on the object?
package struct CheckItem: Sendable, Hashable {
  package let resource: SpiceDBObject
  package let permission: String
  package let subject: SpiceDBSubject

  package init(resource: SpiceDBObject, permission: String, subject: SpiceDBSubject) {
    self.resource = resource
    self.permission = permission
    self.subject = subject
  }
}
