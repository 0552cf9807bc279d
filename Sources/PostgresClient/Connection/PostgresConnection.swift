package import Logging
package import ThreadExecutor

/// A session with PostgreSQL, on a thread of its own.
///
/// Requests run one after the other, in blocking style: the thread belongs to nobody else. Each has a limit, and
/// cancelling its task ends it at once. Between requests the thread watches the socket, so that the end of the
/// session is noticed when it happens: ``waitUntilClosed()``.
///
/// A request that runs out of time or is cancelled ends the session. The gentler way, PQcancel, connects to the
/// server by a blocking call without a limit, and its request may hit the statement after the one that it was meant
/// for. The server rolls back, as it does for any lost client (`client_connection_check_interval` makes it look).
package actor PostgresConnection {
  private let executor = ThreadExecutor(name: "postgres")
  private let interrupt: Interrupt
  private var session: ServerSession?
  private let closure = ClosureSignal()
  /// What was done since it was opened.
  package private(set) var statistics = ConnectionStatistics()

  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private init() throws(PostgresError) { interrupt = try Interrupt() }

  // Not before: a job that arrives after the thread has ended would never run, and its task would wait for ever.
  deinit { executor.stop() }

  /// Opens a session.
  ///
  /// - Throws: ``PostgresError/connectFailed(_:)``, ``PostgresError/configuration(reason:)`` or
  ///   ``PostgresError/cancelled``.
  package static func connect(
    _ configuration: PostgresConfiguration, logger: Logger
  ) async throws(PostgresError) -> PostgresConnection {
    let connection = try PostgresConnection()
    try await connection.open(configuration, logger: logger)
    return connection
  }

  private func open(_ configuration: PostgresConfiguration, logger: Logger) async throws(PostgresError) {
    session = try await interruptible { [interrupt] () throws(PostgresError) in
      try ServerSession.open(configuration, interrupt: interrupt, logger: logger)
    }
    executor.attach(self)
  }

  /// The session is there, as far as is known.
  package var isOpen: Bool { session != nil }

  package var transactionStatus: TransactionStatus { session?.transactionStatus ?? .unknown }

  /// Runs all requests in one round trip, in order, up to the first that fails.
  ///
  /// Outside of a transaction they are one: all of them take effect, or none. A transaction that was open stays
  /// open, and after a failure waits for its ROLLBACK.
  ///
  /// - Parameter timeout: for all of it; 60 s by default.
  /// - Returns: the answers, one for each request.
  package func pipeline(
    _ requests: [PostgresRequest], timeout: Duration = .seconds(60)
  ) async throws(PostgresError) -> [PostgresRows] {
    for request in requests { try request.validate() }
    return try await exchange(statements: requests.count, timeout: timeout) { session, wait throws(PostgresError) in
      try session.pipeline(requests, wait)
    }
  }

  /// Runs a text of several statements. Outside of a transaction they are one.
  ///
  /// - Parameter timeout: for all of it; 60 s by default.
  package func execute(script: String, timeout: Duration = .seconds(60)) async throws(PostgresError) {
    try await exchange(statements: 1, timeout: timeout) { session, wait throws(PostgresError) in
      try session.run(script: script, wait)
    }
  }

  /// A round trip without a statement: shows that the server is there, and restarts `idle_session_timeout`.
  package func ping(timeout: Duration = .seconds(10)) async throws(PostgresError) {
    _ = try await pipeline([], timeout: timeout)
  }

  /// Ends the session. What waits for its end gets ``PostgresError/connectionLost(_:)``.
  package func close() { end(because: .connectionLost(ConnectionFailure(reason: "closed by this side"))) }

  /// Waits for the end of the session.
  ///
  /// - Returns: how it ended; at once when it has. ``PostgresError/cancelled`` when the task is cancelled first.
  package nonisolated func waitUntilClosed() async -> PostgresError { await closure.wait() }

  private func end(because error: PostgresError) {
    session = nil
    closure.send(error)
  }
}

extension PostgresConnection {
  private func exchange<Answer: Sendable>(
    statements: Int, timeout: Duration,
    _ body: (ServerSession, SocketWait) throws(PostgresError) -> Answer
  ) async throws(PostgresError) -> Answer {
    try await interruptible { () throws(PostgresError) in
      guard let session else {
        throw closure.reason ?? .connectionLost(ConnectionFailure(reason: "not connected"))
      }
      statistics.roundTrips += 1
      statistics.statements += statements
      do throws(PostgresError) {
        return try body(session, SocketWait(limit: timeout, interrupt: interrupt))
      } catch {
        // Anything but a refused statement leaves answers under way that the next request would take for its own.
        if case .server = error {} else { end(because: error) }
        throw error
      }
    }
  }

  /// Runs `body`, which cancelling the task interrupts. Of a task that is cancelled already, nothing is run.
  private func interruptible<Answer>(
    _ body: () throws(PostgresError) -> Answer
  ) async throws(PostgresError) -> Answer {
    // Left over where a task was cancelled just after its request had ended.
    interrupt.reset()
    let result = await withTaskCancellationHandler {
      run(body)
    } onCancel: { [interrupt] in
      interrupt.signal()
    }
    return try result.get()
  }

  /// A method, not a part of the closure above: a closure that does not capture `self` would leave the actor's thread.
  private func run<Answer>(
    _ body: () throws(PostgresError) -> Answer
  ) -> Result<Answer, PostgresError> {
    assertIsolated()
    return Task.isCancelled ? .failure(.cancelled) : Result(catching: body)
  }
}

extension PostgresConnection: PollSource {
  package func pollRequest() -> PollRequest {
    session.map { PollRequest(descriptor: $0.socket, timeout: -1) } ?? .idle
  }

  package func service() {
    do {
      try session?.readUnsolicited()
    } catch {
      end(because: error)
    }
  }
}
