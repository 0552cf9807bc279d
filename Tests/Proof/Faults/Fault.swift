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

  // The rest: of a database with a standby, from which queries are answered.

  /// The standby applies nothing that it gets (`recovery_min_apply_delay`), until a query is answered late.
  case replicaLag = "replica-lag"
  /// The standby takes connections and says nothing, until a query is answered nevertheless.
  case replicaHang = "replica-hang"
  /// The standby is killed by SIGKILL, and started again once a query is answered without it.
  case replicaKill = "replica-kill"
  /// Commits wait for the standby, which is killed by SIGKILL. It is started again once the workers say so.
  case replicaAway = "replica-away"
  /// Commits wait for the standby, which is promoted when the primary is killed by SIGKILL, for good.
  case failover

  /// It affects everything that uses the servers: nothing else may run meanwhile.
  package var isGlobal: Bool { self == .brokerKill || self == .databaseKill }

  /// It needs a database with a standby.
  package var isOfReplication: Bool {
    switch self {
    case .replicaLag, .replicaHang, .replicaKill, .replicaAway, .failover: true
    default: false
    }
  }

  /// Commits wait for the standby.
  var isSynchronous: Bool { self == .replicaAway || self == .failover }
}
