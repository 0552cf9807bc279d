import PostgresClient

extension PostgresConnection {
  /// Runs one statement, named like its text.
  func query(_ query: PostgresQuery) async throws(PostgresError) -> PostgresRows {
    try await pipeline([request(query)])[0]
  }
}

/// A request whose statement is named like its text.
func request(_ query: PostgresQuery) -> PostgresRequest { PostgresRequest(query.sql, query) }

extension PostgresError {
  /// The server's answer that a statement failed.
  var serverError: ServerError? {
    if case .server(let error) = self { error } else { nil }
  }
}
