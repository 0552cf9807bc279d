package import PostgresClient

extension PostgresConfiguration {
  /// For a connection that migrates: statements may take their time, but not wait for long in front of a table,
  /// because everybody else would queue up behind them (`lockTimeout` stays as it is).
  package func forMigrations() -> PostgresConfiguration {
    var configuration = self
    configuration.statementTimeout = nil
    configuration.idleSessionTimeout = nil
    return configuration
  }
}
