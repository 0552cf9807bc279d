package import PostgresClient

extension PostgresConfiguration {
  /// For a connection that removes what has outlived its retention, besides that of the units of work.
  ///
  /// Its statements are short, so a slow one is cancelled, and a wait for another session's lock ends almost at once. A
  /// removal that a crash undoes is repeated, so no commit waits for the disk (`synchronous_commit`).
  package func forRetention() -> PostgresConfiguration {
    var configuration = forUnitsOfWork(idleSessionTimeout: .seconds(60))
    configuration.statementTimeout = .seconds(5)
    configuration.lockTimeout = .milliseconds(100)
    configuration.commitsDurably = false
    return configuration
  }
}
