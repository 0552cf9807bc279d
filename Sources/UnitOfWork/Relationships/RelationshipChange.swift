/// A change of one relationship. Both kinds are idempotent.
package enum RelationshipChange: Sendable, Hashable {
  /// The relationship now exists.
  case added(Relationship)
  /// The relationship no longer exists.
  case removed(Relationship)

  var isRemoval: Bool { if case .removed = self { true } else { false } }

  package var relationship: Relationship {
    switch self {
    case .added(let relationship), .removed(let relationship): relationship
    }
  }
}
