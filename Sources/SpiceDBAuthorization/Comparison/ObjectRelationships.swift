import SpiceDBClient

/// All relationships of one object.
struct ObjectRelationships: Sendable, Equatable {
  let object: SpiceDBObject
  var relationships: Set<SpiceDBRelationship>

  /// The differences between SpiceDB and the database, in a stable order.
  ///
  /// - Parameters:
  ///   - stored: the relationships in the database.
  ///   - found: those in SpiceDB.
  static func differences(
    _ stored: Set<SpiceDBRelationship>, _ found: Set<SpiceDBRelationship>
  ) -> [RelationshipDifference] {
    let missing = stored.subtracting(found).map(RelationshipDifference.missing)
    let surplus = found.subtracting(stored).map(RelationshipDifference.surplus)
    return (missing + surplus).sorted { "\($0.relationship)" < "\($1.relationship)" }
  }
}
