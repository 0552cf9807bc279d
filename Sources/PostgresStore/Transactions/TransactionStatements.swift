import PostgresClient

extension PostgresRequest {
  /// READ COMMITTED whatever the database's default is: a statement must see what the holder of a lock that it
  /// waited for has committed.
  static let begin = PostgresRequest(
    PostgresStatement(name: "begin", sql: "begin isolation level read committed"))
  /// All of its statements see what the first one sees.
  static let beginReading = PostgresRequest(
    PostgresStatement(name: "begin_reading", sql: "begin isolation level repeatable read read only"))
  /// Statements stay prepared; their plans are made anew when they are used next.
  static let discardPlans = PostgresRequest(PostgresStatement(name: "discard_plans", sql: "discard plans"))
  static let commit = PostgresRequest(PostgresStatement(name: "commit", sql: "commit"))
  static let rollback = PostgresRequest(PostgresStatement(name: "rollback", sql: "rollback"))
}
