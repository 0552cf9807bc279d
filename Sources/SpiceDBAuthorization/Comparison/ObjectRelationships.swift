import SpiceDBClient

/// All that is said about one object.
struct ObjectRelationships: Sendable, Equatable {
  let object: SpiceDBObject
  var relationships: Set<SpiceDBRelationship>

  /// Where SpiceDB says something else about it, in an order that is always the same.
  ///
  /// - Parameters:
  ///   - stored: what the database says.
  ///   - found: what SpiceDB says.
  static func differences(
    _ stored: Set<SpiceDBRelationship>, _ found: Set<SpiceDBRelationship>
  ) -> [RelationshipDifference] {
    let missing = stored.subtracting(found).map(RelationshipDifference.missing)
    let surplus = found.subtracting(stored).map(RelationshipDifference.surplus)
    return (missing + surplus).sorted { "\($0.relationship)" < "\($1.relationship)" }
  }
}
