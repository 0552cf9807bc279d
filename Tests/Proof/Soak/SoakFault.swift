/// A fault that is injected while commands flow.
package enum SoakFault: String, CaseIterable, Sendable {
  /// SIGKILL to the active worker; a new one is started.
  case workerKill = "worker-kill"
  /// SIGSTOP to the active worker, SIGCONT after 15 s.
  case workerStop = "worker-stop"
  /// The active worker's connections to the broker are reset.
  case brokerCut = "broker-cut"
  case databaseCut = "database-cut"
  /// The active worker's network hangs for 8 s: nothing passes, nothing is closed.
  case networkFreeze = "network-freeze"
  /// SIGKILL to the broker, which is started again.
  case brokerKill = "broker-kill"
  case databaseKill = "database-kill"
}
