package import SpiceDBClient

/// Port: reads SpiceDB for a comparison.
package protocol RelationshipSource: Sendable {
  /// A page of the relationships that match the filter, as of now; later pages show the state at the time of the first.
  ///
  /// The relationships come in the order of resource ids, as `ReadRelationships` of SpiceDB returns them; callers that
  /// rely on this order check it.
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
