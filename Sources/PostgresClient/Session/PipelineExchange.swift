import CLibPQ

/// libpq manual, chapter "Pipeline Mode".
extension ServerSession {
  /// Sends all requests, each preceded by its preparation where this session does not know it yet, and reads all
  /// answers: one round trip.
  ///
  /// - Throws: ``PostgresError/server(_:)`` with the first failure: the requests after it were not run, and the session
  ///   goes on. After any other error the session is unusable.
  func pipeline(_ requests: [PostgresRequest], _ wait: SocketWait) throws(PostgresError) -> [PostgresRows] {
    guard PQenterPipelineMode(connection) == 1 else { throw lost() }
    let steps = try send(requests)
    try flush(wait)
    var rows: [PostgresRows] = []
    rows.reserveCapacity(requests.count)
    var failure: ServerError?
    for step in steps {
      let result = try resultOfStep(wait)
      if let error = result.error { failure = failure ?? error }
      guard result.status == .success else { continue }
      switch step {
      case .prepare(let request): prepared[request.name] = request.query.sql
      case .execute: rows.append(result.rows())
      }
    }
    try leave(wait)
    try refuseUnreplicatedCommit()
    if let failure { throw .server(failure) }
    return rows
  }

  private enum Step {
    case prepare(PostgresRequest)
    case execute
  }

  /// Puts everything into libpq's buffer.
  private func send(_ requests: [PostgresRequest]) throws(PostgresError) -> [Step] {
    var steps: [Step] = []
    var known = prepared
    for request in requests {
      if let sql = known[request.name] {
        guard sql == request.query.sql else {
          throw .protocolViolation(reason: "two statements are named \(request.name)")
        }
      } else {
        known[request.name] = request.query.sql
        guard sendPrepare(request) else { throw lost() }
        steps.append(.prepare(request))
      }
      guard sendExecute(request) else { throw lost() }
      steps.append(.execute)
    }
    guard PQpipelineSync(connection) == 1 else { throw lost() }
    return steps
  }

  private func sendPrepare(_ request: PostgresRequest) -> Bool {
    let types = request.query.parameters.types.map(\.rawValue)
    return PQsendPrepare(connection, request.name, request.query.sql, Int32(types.count), types) == 1
  }

  private func sendExecute(_ request: PostgresRequest) -> Bool {
    request.query.parameters.withCArrays { values, lengths, formats in
      let binary: Int32 = 1
      return PQsendQueryPrepared(
        connection, request.name, Int32(values.count), values, lengths, formats, binary) == 1
    }
  }

  /// Reads the one result of a step, and the nil that ends it.
  private func resultOfStep(_ wait: SocketWait) throws(PostgresError) -> QueryResult {
    guard let result = try nextResult(wait), [.success, .failure, .skipped].contains(result.status),
      try nextResult(wait) == nil
    else { throw .protocolViolation(reason: "an unexpected result in a pipeline") }
    return result
  }

  /// Reads the answer to the synchronisation point, which is not followed by nil, and leaves pipeline mode.
  private func leave(_ wait: SocketWait) throws(PostgresError) {
    guard try nextResult(wait)?.status == .endOfPipeline, PQexitPipelineMode(connection) == 1 else {
      throw .protocolViolation(reason: "the pipeline did not end where expected")
    }
  }
}
