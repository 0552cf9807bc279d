package import SpiceDBClient

/// A difference between SpiceDB and the database.
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

  /// The change that repairs it.
  package var remedy: RelationshipUpdate {
    switch self {
    case .missing(let relationship): .touch(relationship)
    case .surplus(let relationship): .delete(relationship)
    }
  }
}
