package import Coordination
package import MessageContract
package import WorkspaceApplication

/// How queries are answered.
package struct QuerySettings: Sendable {
  /// Connections to the servers for reading. Default: 4.
  package var poolSize = 4
  /// Connections to the primary, for queries that no other server answers in time; opened when needed, or when no other
  /// server can be reached, and then kept. Default: 2.
  package var primaryPoolSize = 2
  /// How long after its arrival here a query expires: its sender no longer waits for the answer. Default: 5 s.
  package var timeout: Duration = .seconds(5)
  /// How long after its arrival a query may wait for a replica, for its sequence or for any answer, before the primary is
  /// asked; at most half of the time after which the query expires. Default: 1 s.
  package var wait: Duration = .seconds(1)
  /// Queries that the broker sends ahead. Default: 2,048.
  package var prefetch = 2048
  /// Bytes of bodies and properties of waiting queries above which the socket is not read. Default: 16 MiB.
  package var bufferBytes = 16 << 20
  /// Queries that may wait for a replica at a time; further ones go to the primary at once. A quarter of the prefetch.
  package var waitingLimit: Int { max(1, prefetch / 4) }
  /// The same for one tenant. A sixteenth of the prefetch.
  package var waitingShare: Int { max(1, prefetch / 16) }
  /// The most queries read in one round trip. Default: 128.
  package var batchCount = 128
  /// No more queries join a round trip once they and their largest answers have this size in bytes. Default: 4 MiB.
  package var batchBytes = 4 << 20
  /// Bytes of unsettled answers above which no more queries are read. Default: 16 MiB.
  package var answerBytes = 16 << 20
  /// How often to check whether a replica has reached an awaited sequence. Default: 10 ms.
  package var probeInterval: Duration = .milliseconds(10)
  /// The pauses between attempts to connect. Default: 0.1 to 5 s: a query lives for seconds.
  package var reconnect = Backoff(shortest: .milliseconds(100), longest: .seconds(5))
  package var limits = ContractLimits()
  /// Who may send what. Default: all senders may send everything.
  package var access: AccessList?

  package init() {}

  /// The most queries that one tenant may have in hand on a side: enough for all its connections but one.
  func share(of side: QuerySide) -> Int {
    let connections =
      switch side {
      case .replica: poolSize
      case .primary: primaryPoolSize
      }
    return batchCount * max(1, connections - 1)
  }
}
