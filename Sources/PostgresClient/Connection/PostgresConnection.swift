internal import Coordination
package import Logging
package import ThreadExecutor

/// A session with PostgreSQL, on a thread of its own.
///
/// Requests run one after the other, in blocking style: the thread does nothing else. Each has a limit, and cancelling
/// its task ends it at once. Between requests the thread watches the socket, so that the end of the session is noticed
/// when it happens: ``waitUntilClosed()``.
///
/// A request that runs out of time or is cancelled ends the session. The gentler way, PQcancel, connects to the server
/// by a blocking call without a limit, and its request may hit the statement after the intended one. The server rolls
/// back, as it does for any lost client (`client_connection_check_interval` makes it notice).
package actor PostgresConnection: Closable {
  private let executor: ThreadExecutor
  private let interrupt: Interrupt
  private var session: ServerSession?
  private let closure = Signal<PostgresError>()
  /// Counted since the connection was opened.
  package private(set) var statistics = ConnectionStatistics()

  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  /// The connection's thread, for tasks that do little else than use the connection.
  package nonisolated var taskExecutor: any TaskExecutor { executor }

  private nonisolated let responseTimeout: Duration

  private init(_ configuration: PostgresConfiguration) throws(PostgresError) {
    interrupt = try Interrupt()
    do throws(ThreadExecutor.Unavailable) {
      executor = try ThreadExecutor(name: "postgres")
    } catch {
      throw .connectFailed(ConnectionFailure(reason: error.reason))
    }
    responseTimeout = configuration.responseTimeout
  }

  /// Whether the session is open, as far as is known.
  package var isOpen: Bool { session != nil }

  package var transactionStatus: TransactionStatus { session?.transactionStatus ?? .unknown }

  /// Runs all requests in one round trip, in order, up to the first that fails.
  ///
  /// Outside of a transaction the requests form one: all of them take effect, or none. An open transaction stays open,
  /// and after a failure waits for its ROLLBACK.
  ///
  /// - Parameter timeout: for all of them together; by default the configuration's `responseTimeout`.
  /// - Returns: the answers, one for each request.
  package func pipeline(
    _ requests: [PostgresRequest], timeout: Duration? = nil
  ) async throws(PostgresError) -> [PostgresRows] {
    for request in requests { try request.validate() }
    return try await exchange(statements: requests.count, timeout: timeout) { session, wait throws(PostgresError) in
      try session.pipeline(requests, wait)
    }
  }

  /// Runs one statement, outside of a transaction as a transaction of its own.
  ///
  /// - Parameters:
  ///   - name: see ``PostgresRequest/name``.
  ///   - timeout: by default the configuration's `responseTimeout`.
  package func query(
    _ name: String, _ query: PostgresQuery, timeout: Duration? = nil
  ) async throws(PostgresError) -> PostgresRows {
    try await pipeline([PostgresRequest(name, query)], timeout: timeout)[0]
  }

  /// Runs a script of several statements. Outside of a transaction they form one.
  ///
  /// - Parameter timeout: for the whole script; by default the configuration's `responseTimeout`.
  package func execute(script: String, timeout: Duration? = nil) async throws(PostgresError) {
    try await exchange(statements: 1, timeout: timeout) { session, wait throws(PostgresError) in
      try session.run(script: script, wait)
    }
  }

  /// A round trip without a statement: shows that the server is there, and restarts `idle_session_timeout`.
  ///
  /// Waits for half of the configuration's `responseTimeout`, at most 10 s: the server has nothing to do but answer.
  package func ping() async throws(PostgresError) {
    _ = try await pipeline([], timeout: min(responseTimeout / 2, .seconds(10)))
  }

  /// Ends the session: ``waitUntilClosed()`` then returns ``PostgresError/connectionLost(_:)``.
  package func close() { end(because: .connectionLost(ConnectionFailure(reason: "closed by this side"))) }

  /// Waits for the end of the session.
  ///
  /// - Returns: how it ended, at once if it already has; ``PostgresError/cancelled`` if the task is cancelled first.
  package nonisolated func waitUntilClosed() async -> PostgresError { await closure.wait() ?? .cancelled }

  private func end(because error: PostgresError) {
    session = nil
    closure.send(error)
  }
}

extension PostgresConnection {
  /// Opens a session.
  ///
  /// Gives up when the connect timeout has passed or the task is cancelled, even if libpq is stuck: it resolves names
  /// and reads files with calls that block without a limit. Such a call then continues in the background, and its
  /// result is dropped.
  ///
  /// - Throws: ``PostgresError/connectFailed(_:)``, ``PostgresError/configuration(reason:)`` or
  ///   ``PostgresError/cancelled``.
  package static func connect(
    _ configuration: PostgresConfiguration, logger: Logger
  ) async throws(PostgresError) -> PostgresConnection {
    let connection = try PostgresConnection(configuration)
    let waiter = Waiter<Void>()
    let opening = Task { await connection.open(configuration, logger: logger, for: waiter) }
    let alarm = Task {
      // A little later than the limit of the handshake, whose error says more.
      try await Task.sleep(for: configuration.connectTimeout + .milliseconds(500))
      let reason = "libpq did not finish within \(configuration.connectTimeout)"
      waiter.resolve(.failure(PostgresError.connectFailed(ConnectionFailure(reason: reason))))
    }
    defer { alarm.cancel() }
    do {
      try await waiter.value()
    } catch {
      opening.cancel()
      throw error as? PostgresError ?? .cancelled
    }
    return connection
  }

  private func open(_ configuration: PostgresConfiguration, logger: Logger, for waiter: Waiter<Void>) async {
    do throws(PostgresError) {
      session = try await interruptible { [interrupt] () throws(PostgresError) in
        try ServerSession.open(configuration, interrupt: interrupt, logger: logger)
      }
      executor.attach(self)
      if !waiter.resolve(.success(())) { close() }
    } catch {
      waiter.resolve(.failure(error))
    }
  }

  private func exchange<Answer: Sendable>(
    statements: Int, timeout: Duration?,
    _ body: (ServerSession, SocketWait) throws(PostgresError) -> Answer
  ) async throws(PostgresError) -> Answer {
    try await interruptible { () throws(PostgresError) in
      guard let session else {
        throw closure.value ?? .connectionLost(ConnectionFailure(reason: "not connected"))
      }
      statistics.roundTrips += 1
      statistics.statements += statements
      do throws(PostgresError) {
        return try body(session, SocketWait(limit: timeout ?? responseTimeout, interrupt: interrupt))
      } catch {
        // Anything but a refused statement leaves answers under way that the next request would take for its own.
        if case .server = error {} else { end(because: error) }
        throw error
      }
    }
  }

  /// Runs `body`, and interrupts it when the task is cancelled. If the task is cancelled already, nothing is run.
  private func interruptible<Answer>(
    _ body: () throws(PostgresError) -> Answer
  ) async throws(PostgresError) -> Answer {
    // A signal is left over if a task was cancelled just after its request had ended.
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
