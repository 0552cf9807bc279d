import PostgresClient

extension PostgresRequest {
  /// READ COMMITTED whatever the database's default is: a statement must see what the holder of a lock that it
  /// waited for has committed.
  static let begin = PostgresRequest("begin", "begin isolation level read committed")
  /// All of its statements see what the first one sees.
  static let beginReading = PostgresRequest("begin_reading", "begin isolation level repeatable read read only")
  /// Statements stay prepared; their plans are made anew when they are used next.
  static let discardPlans = PostgresRequest("discard_plans", "discard plans")
  static let commit = PostgresRequest("commit", "commit")
  static let rollback = PostgresRequest("rollback", "rollback")
}
