import Logging

/// Finds out whether a pooler gives the server process of a session to others between its transactions, as PgBouncer's
/// `pool_mode = transaction` and `statement` do: by a second session to the same pooler, which must have another
/// process.
struct SharedSessionProbe {
  /// Poolers that hand out the process that is free longest, and not the one that was used last, need a few turns.
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
        // It keeps a process as long as its transaction is open.
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
            "there is a pooler before the server, and whether its sessions last can't be told: a second one failed (\(error))"
        )
      }
    }
  }
}

extension ServerSession {
  /// The mark that the server process of this session has; empty where it has none.
  fileprivate func mark(_ wait: SocketWait) throws(PostgresError) -> String {
    let request = PostgresRequest("session_mark", "select current_setting(\(Self.markName), true) as mark")
    return try pipeline([request], wait)[0][0].optionalText("mark") ?? ""
  }
}
