package import SpiceDBClient

/// Port: SpiceDB, as it is read for a comparison.
package protocol RelationshipSource: Sendable {
  /// A page of what the filter means, as things are; later pages show the moment of the first. In the order of the resources'
  /// ids, as SpiceDB reads (`ReadRelationships` sorts by resource); whoever relies on it checks it.
  func relationships(
    _ filter: RelationshipFilter, after cursor: SpiceDBCursor?
  ) async throws(SpiceDBError) -> RelationshipPage
}

extension SpiceDBConnection: RelationshipSource {
  package func relationships(
    _ filter: RelationshipFilter, after cursor: SpiceDBCursor?
  ) async throws(SpiceDBError) -> RelationshipPage {
    try await relationships(filter, .full, after: cursor, limit: SpiceDBLimits.page)
  }
}
