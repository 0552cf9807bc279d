import PostgresClient

extension PostgresConnection {
  /// Runs one statement that is named after its text.
  func query(_ query: PostgresQuery) async throws(PostgresError) -> PostgresRows {
    try await pipeline([request(query)])[0]
  }
}

/// A request whose statement is named after its text.
func request(_ query: PostgresQuery) -> PostgresRequest { PostgresRequest(query.sql, query) }

extension PostgresError {
  /// The error that the server reported for a statement; nil for an error of another kind.
  var serverError: ServerError? {
    if case .server(let error) = self { error } else { nil }
  }
}
