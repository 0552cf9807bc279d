import Logging

/// Detects whether a pooler shares the server process of a session with others between its transactions, as PgBouncer
/// does with `pool_mode = transaction` and `statement`: opens a second session to the same pooler, which must have
/// another process.
struct SharedSessionProbe {
  /// Poolers that hand out the process that has been free longest, not the one used last, need a few turns.
  private static let turns = 3

  let session: ServerSession
  let mark: String
  let options: ConnectionOptions
  let wait: SocketWait

  /// - Throws: ``PostgresError/unreliableSession(reason:)``.
  func run() throws(PostgresError) {
    do throws(PostgresError) {
      let other = try ServerSession.open(
        options.pinned(host: session.host, port: session.port), wait,
        logger: Logger(label: "probe") { _ in SwiftLogNoOpLogHandler() })
      for _ in 0..<Self.turns {
        // The other session keeps a process while its transaction is open.
        try other.run(script: "begin", wait)
        guard try other.mark(wait) != mark, try session.mark(wait) == mark else {
          throw .unreliableSession(reason: ServerSession.isShared)
        }
        try other.run(script: "rollback", wait)
      }
    } catch {
      switch error {
      case .unreliableSession, .cancelled: throw error
      default:
        throw .unreliableSession(
          reason:
            "the server is behind a pooler, and whether its sessions persist is unknown: a second one failed (\(error))"
        )
      }
    }
  }
}

extension ServerSession {
  /// The mark of this session's server process; empty if it has none.
  fileprivate func mark(_ wait: SocketWait) throws(PostgresError) -> String {
    let request = PostgresRequest("session_mark", "select current_setting(\(Self.markName), true) as mark")
    return try pipeline([request], wait)[0][0].optionalText("mark") ?? ""
  }
}
