package import Coordination
package import MessageContract
package import WorkspaceApplication

/// The settings of a worker.
package struct WorkerSettings: Sendable {
  /// The largest number of commands in a transaction. Default: 512.
  package var batchCount = 512
  /// A transaction takes no further command once their bodies have this size in bytes. Default: 8 MiB.
  package var batchBytes = 8 << 20
  /// How long confirmed messages may stay in the outbox if no transaction comes along to remove them. Default: 1 s.
  package var sweepDelay: Duration = .seconds(1)
  /// How often a standby worker checks whether it may become active. Default: 0.5 s.
  package var leaseInterval: Duration = .milliseconds(500)
  /// How often a worker that takes over checks whether the broker has released its predecessor. Default: 0.1 s.
  package var takeoverInterval: Duration = .milliseconds(100)
  /// How long a worker that takes over waits for the queue's consumer to end, if the broker doesn't need longer to
  /// detect a dead connection: a consumer that lasts longer must belong to another program. Default: 60 s.
  package var takeoverPatience: Duration = .seconds(60)
  /// How often the worker shows the database that it is alive. Default: 10 s.
  package var keepAliveInterval: Duration = .seconds(10)
  /// How often the broker is queried about the queue and the topology. Default: 5 s.
  package var checkInterval: Duration = .seconds(5)
  /// The delay between two attempts to connect. Default: 0.5 to 30 s.
  package var reconnect = Backoff(shortest: .milliseconds(500), longest: .seconds(30))
  /// The longest time between two checks, while waiting to reconnect, whether absent servers are back. Default: 0.5 s.
  package var returnCheckInterval: Duration = .milliseconds(500)
  /// The delay between two runs of a batch after a transient failure or a timeout. Default: 10 to 500 ms.
  package var rerun = Backoff(shortest: .milliseconds(10), longest: .milliseconds(500))
  /// How long statements that time out are rerun, before the command at fault is isolated, and parked. Far below the
  /// broker's limit for an acknowledgement (`consumer_timeout`, 30 minutes by default). Default: 60 s.
  package var handlerDeadline: Duration = .seconds(60)
  package var limits = ContractLimits()
  /// The share of traces starting here that are sampled, from 0 to 1. Default: 0.
  package var traceRatio = 0.0
  /// Who may send what. Default: all senders may send everything.
  package var access: AccessList?

  package init() {}
}
