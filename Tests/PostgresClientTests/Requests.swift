import PostgresClient

extension PostgresConnection {
  /// Runs one statement with whatever parameters `fill` appends.
  func query(
    _ sql: String, _ types: [PostgresType] = [], _ fill: (inout PostgresParameters) -> Void = { _ in }
  ) async throws(PostgresError) -> PostgresRows {
    try await pipeline([request(sql, types, fill)])[0]
  }
}

/// A request whose statement is named like its text.
func request(
  _ sql: String, _ types: [PostgresType] = [], _ fill: (inout PostgresParameters) -> Void = { _ in }
) -> PostgresRequest {
  var parameters = PostgresParameters()
  fill(&parameters)
  return PostgresRequest(PostgresStatement(name: sql, parameters: types, sql: sql), parameters)
}

extension PostgresError {
  /// The server's answer that a statement failed.
  var serverError: ServerError? {
    if case .server(let error) = self { error } else { nil }
  }
}
