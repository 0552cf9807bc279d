/// A change of one relationship. Each can be repeated without further effect.
package enum RelationshipChange: Sendable, Hashable {
  /// It holds from now on.
  case added(Relationship)
  /// It holds no more.
  case removed(Relationship)

  package var relationship: Relationship {
    switch self {
    case .added(let relationship), .removed(let relationship): relationship
    }
  }
}
