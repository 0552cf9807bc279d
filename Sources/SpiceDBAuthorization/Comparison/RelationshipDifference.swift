package import SpiceDBClient

/// Where SpiceDB says something else than the database.
package enum RelationshipDifference: Sendable, Hashable {
  /// SpiceDB lacks it.
  case missing(SpiceDBRelationship)
  /// Only SpiceDB has it.
  case surplus(SpiceDBRelationship)

  package var relationship: SpiceDBRelationship {
    switch self {
    case .missing(let relationship), .surplus(let relationship): relationship
    }
  }

  /// What mends it.
  package var remedy: RelationshipUpdate {
    switch self {
    case .missing(let relationship): .touch(relationship)
    case .surplus(let relationship): .delete(relationship)
    }
  }
}
