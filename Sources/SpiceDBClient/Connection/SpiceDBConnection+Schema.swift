extension SpiceDBConnection {
  /// The schema, as SpiceDB prints it.
  ///
  /// - Returns: nil when there is none.
  package func schema() async throws(SpiceDBError) -> String? {
    let request = try SpiceDBRequest<SchemaAnswer>(.schema, "ReadSchema", [])
    do {
      return try await answer(to: request).text
    } catch {
      guard error.code == GRPCStatusCode.notFound.name else { throw error }
      return nil
    }
  }

  /// Replaces the schema. SpiceDB refuses changes that would orphan relationships (``SpiceDBError/Kind/schema``).
  ///
  /// - Returns: a token of the state in which the schema applies first.
  @discardableResult
  package func write(schema: String) async throws(SpiceDBError) -> ZedToken {
    var request = try SpiceDBRequest<WriteAnswer>(.schema, "WriteSchema", [.text(1, schema)])
    request.writes = true
    return try token(await answer(to: request).token, ofWrite: true)
  }

  /// Whether SpiceDB reports that it is serving, which it does not before it has reached its datastore. Works with any
  /// key.
  package func isServing() async throws(SpiceDBError) -> Bool {
    let request = try SpiceDBRequest<HealthAnswer>(
      .health, "Check", [.text(1, SpiceDBService.permissions.rawValue)])
    return try await answer(to: request).status == HealthAnswer.serving
  }
}
