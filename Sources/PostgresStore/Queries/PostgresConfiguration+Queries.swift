package import PostgresClient

extension PostgresConfiguration {
  /// For a connection that answers queries: its statements are like those of units of work, and so are its plans.
  ///
  /// - Parameter timeout: how long a query may take, from its arrival on. A statement may run for half of that: this
  ///   leaves time for the queries that a slow one has held up.
  package func forQueries(timeout: Duration) -> PostgresConfiguration {
    var configuration = forUnitsOfWork(idleSessionTimeout: nil)
    configuration.statementTimeout = min(statementTimeout ?? timeout, timeout / 2)
    configuration.responseTimeout = min(responseTimeout, timeout)
    configuration.idleInTransactionTimeout = timeout * 2
    configuration.settings["default_transaction_read_only"] = "on"
    return configuration
  }

  /// The same on a standby, if there is one among its hosts: the server need not accept writes. One that is silent is
  /// given up early enough for the primary to answer the queries that it has taken.
  package func forQueriesOfStandby(timeout: Duration) -> PostgresConfiguration {
    var configuration = forQueries(timeout: timeout)
    configuration.responseTimeout = min(responseTimeout, timeout * 3 / 5)
    configuration.requiresWriting = false
    configuration.prefersStandby = true
    return configuration
  }
}
