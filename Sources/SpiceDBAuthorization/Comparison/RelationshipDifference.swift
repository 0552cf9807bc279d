package import SpiceDBClient

/// A difference between SpiceDB and the database.
package enum RelationshipDifference: Sendable, Hashable {
  /// Only the database has the relationship.
  case missing(SpiceDBRelationship)
  /// Only SpiceDB has the relationship.
  case surplus(SpiceDBRelationship)

  package var relationship: SpiceDBRelationship {
    switch self {
    case .missing(let relationship), .surplus(let relationship): relationship
    }
  }

  /// The change of SpiceDB that removes the difference.
  package var remedy: RelationshipUpdate {
    switch self {
    case .missing(let relationship): .touch(relationship)
    case .surplus(let relationship): .delete(relationship)
    }
  }
}
