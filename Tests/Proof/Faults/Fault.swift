/// What happens to a worker, or around it, while it is stopped at a failpoint.
package enum Fault: String, CaseIterable, Sendable {
  /// SIGKILL.
  case kill
  /// SIGSTOP for 20 s, then SIGCONT: by then both servers have given it up, and another worker is active.
  case stop
  /// Its connections to the broker are reset.
  case brokerCut = "broker-cut"
  /// Its connection to the database is reset.
  case databaseCut = "database-cut"
  /// The broker is killed by SIGKILL and started again.
  case brokerKill = "broker-kill"
  /// The database server is killed by SIGKILL and started again.
  case databaseKill = "database-kill"
  /// What the worker sends reaches the broker; none of the broker's answers, including confirms, come back.
  case confirmLost = "confirm-lost"
  /// What the worker sends reaches the database; no answer, such as that to a COMMIT, comes back.
  case commitLost = "commit-lost"

  /// It affects everything that uses the servers: nothing else may run meanwhile.
  package var isGlobal: Bool { self == .brokerKill || self == .databaseKill }
}
