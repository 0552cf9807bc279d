package import PostgresClient

extension PostgresConfiguration {
  /// For a connection that runs units of work.
  ///
  /// It requires a server that accepts writes: on a read-only one, a worker would become active and then only fail.
  ///
  /// All of its statements reach a few rows by key, and are prepared once. A plan made while the tables were small
  /// would read them in full, and would be kept while they grow: only index scans and nested loops stay right. The
  /// planner still chooses the outer side of a nested loop, and takes an empty table for it. So statements read through
  /// a lateral subquery with OFFSET 0, which can only be the inner side, and write to rows that `= any` names, for
  /// which the table is never scanned, whichever side it is on.
  ///
  /// - Parameter idleSessionTimeout: how long a worker may go without a ping, or leave a transaction open, before it
  ///   loses its session and, with it, its ``WorkerLease``; 30 s by default.
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
