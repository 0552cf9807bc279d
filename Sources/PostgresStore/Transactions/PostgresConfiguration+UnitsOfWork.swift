package import PostgresClient

extension PostgresConfiguration {
  /// For a connection that runs units of work.
  ///
  /// It is made to a server that writes: on one that only reads, a worker would become active and do nothing but fail.
  ///
  /// Its statements all reach a few rows by key, and are prepared once. A plan made while the tables were small would
  /// read them whole, and be kept while they grow: index scans and nested loops are the only plans that stay right.
  ///
  /// - Parameter idleSessionTimeout: after which a worker that does not ping any more, or leaves a transaction open,
  ///   loses its session, and its ``WorkerLease`` with it; 30 s by default.
  package func forUnitsOfWork(idleSessionTimeout: Duration? = .seconds(30)) -> PostgresConfiguration {
    var configuration = self
    configuration.idleSessionTimeout = idleSessionTimeout
    configuration.idleInTransactionTimeout = idleSessionTimeout
    configuration.requiresWriting = true
    for setting in ["enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin", "jit"] {
      configuration.settings[setting] = "off"
    }
    configuration.settings["plan_cache_mode"] = "force_generic_plan"
    return configuration
  }
}
