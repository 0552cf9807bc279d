/// A change of one relationship. Each is idempotent.
package enum RelationshipChange: Sendable, Hashable {
  /// It now holds.
  case added(Relationship)
  /// It no longer holds.
  case removed(Relationship)

  package var relationship: Relationship {
    switch self {
    case .added(let relationship), .removed(let relationship): relationship
    }
  }
}
