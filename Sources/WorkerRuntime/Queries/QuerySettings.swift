package import Coordination
package import MessageContract
package import WorkspaceApplication

/// How queries are answered.
package struct QuerySettings: Sendable {
  /// Connections to the servers that are read from. Default: 4.
  package var poolSize = 4
  /// Connections to the primary, for what the others have not got in time; made when they are needed. Default: 2.
  package var primaryPoolSize = 2
  /// Nobody waits for an answer any longer, from the arrival of the query here on. Default: 5 s.
  package var timeout: Duration = .seconds(5)
  /// How long a query waits, from its arrival on, for a replica to reach its sequence. Default: 1 s.
  package var wait: Duration = .seconds(1)
  /// Queries that the broker sends ahead. Default: 2,048.
  package var prefetch = 2048
  /// Bytes of bodies and properties of queries that wait in memory; above it the socket is not read. Default: 16 MiB.
  package var bufferBytes = 16 << 20
  /// Queries that may wait for a replica at a time; further ones go to the primary at once. A quarter of the prefetch.
  package var waitingLimit: Int { max(1, prefetch / 4) }
  /// The same of one tenant. A sixteenth of the prefetch.
  package var waitingShare: Int { max(1, prefetch / 16) }
  /// Queries that are read in one round trip. Default: 128.
  package var batchCount = 128
  /// No further one joins them when what they and their answers may take has this size in bytes. Default: 4 MiB.
  package var batchBytes = 4 << 20
  /// Answers whose replies are not settled, in bytes, above which nothing more is read. Default: 16 MiB.
  package var answerBytes = 16 << 20
  /// How often it is looked whether a replica has come as far as somebody waits for. Default: 10 ms.
  package var probeInterval: Duration = .milliseconds(10)
  /// Between two tries to connect. Default: 0.1 to 5 s: a query lives for seconds.
  package var reconnect = Backoff(shortest: .milliseconds(100), longest: .seconds(5))
  package var limits = ContractLimits()
  /// Who may send what. Default: everybody everything.
  package var access: AccessList?

  package init() {}

  /// What one tenant may have in hand: all connections but one are enough for it.
  var share: Int { batchCount * max(1, poolSize - 1) }
}
