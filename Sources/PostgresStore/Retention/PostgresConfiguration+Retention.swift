package import PostgresClient

extension PostgresConfiguration {
  /// For a connection that removes what has outlived its retention, beside the connection of the units of work.
  ///
  /// Its statements are short, so that what takes long is broken off: a table that somebody is changing is left alone
  /// at once. A removal that a crash undoes is done again, so none waits for the disk (`synchronous_commit`).
  package func forRetention() -> PostgresConfiguration {
    var configuration = forUnitsOfWork(idleSessionTimeout: .seconds(60))
    configuration.statementTimeout = .seconds(5)
    configuration.lockTimeout = .milliseconds(100)
    configuration.commitsDurably = false
    return configuration
  }
}
