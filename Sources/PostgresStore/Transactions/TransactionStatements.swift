import PostgresClient

extension PostgresRequest {
  /// READ COMMITTED, whatever the database's default: after waiting for a lock, a statement must see what the lock's
  /// previous holder has committed.
  static let begin = PostgresRequest("begin", "begin isolation level read committed")
  /// All statements of the transaction see what the first one sees.
  static let beginReading = PostgresRequest("begin_reading", "begin isolation level repeatable read read only")
  /// Statements stay prepared; each is planned again when it is next used.
  static let discardPlans = PostgresRequest("discard_plans", "discard plans")
  static let commit = PostgresRequest("commit", "commit")
  static let rollback = PostgresRequest("rollback", "rollback")
}
