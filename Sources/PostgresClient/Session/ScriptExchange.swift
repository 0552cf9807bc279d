import CLibPQ

extension ServerSession {
  /// Throws if a commit's wait for standbys was cancelled (`pg_cancel_backend`): such a commit may or may not last,
  /// like one whose answer got lost.
  func refuseUnreplicatedCommit() throws(PostgresError) {
    guard notices.hasUnreplicatedCommit else { return }
    throw .connectionLost(
      ConnectionFailure(
        reason: "a commit's wait for synchronous replication was cancelled, so it may be lost with this server"))
  }

  /// Runs a script of several statements through the simple query protocol.
  ///
  /// - Throws: as ``pipeline(_:_:)`` does.
  func run(script: String, _ wait: SocketWait) throws(PostgresError) {
    guard PQsendQuery(connection, script) == 1 else { throw lost() }
    try flush(wait)
    var failure: ServerError?
    while let result = try nextResult(wait) {
      switch result.status {
      case .success: break
      case .failure: failure = failure ?? result.error
      case .skipped, .endOfPipeline, .unexpected:
        throw .protocolViolation(reason: "a script contains a COPY to or from the client")
      }
    }
    try refuseUnreplicatedCommit()
    if let failure { throw .server(failure) }
  }
}
