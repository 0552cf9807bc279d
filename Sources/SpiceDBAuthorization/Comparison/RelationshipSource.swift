package import SpiceDBClient

/// Port: reads SpiceDB for a comparison.
package protocol RelationshipSource: Sendable {
  /// A page of the relationships that match the filter, as of now; later pages show the moment of the first. In the
  /// order of the resources' ids, as SpiceDB reads (`ReadRelationships` sorts by resource); callers that rely on it
  /// check it.
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
