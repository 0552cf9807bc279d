package import PostgresClient

extension PostgresConfiguration {
  /// For a connection that migrates: statements may take long, but must not wait long for a table, because all other
  /// sessions would queue up behind them (`lockTimeout` stays as it is).
  package func forMigrations() -> PostgresConfiguration {
    var configuration = self
    configuration.statementTimeout = nil
    configuration.idleSessionTimeout = nil
    return configuration
  }
}
