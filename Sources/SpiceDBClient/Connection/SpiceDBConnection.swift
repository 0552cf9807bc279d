import GRPCCore
package import Logging
import Secrets
import Synchronization

/// A connection to SpiceDB over gRPC. Any number of calls may be made concurrently.
///
/// Each attempt of a call has a deadline, and transient failures are retried (``SpiceDBRetries``): overload,
/// conflicting writes and lost connections, including those that SpiceDB closes because they are 30 s old. Repeatable
/// calls are retried even if they may have been executed; all calls are repeatable, except for writes with
/// preconditions. The key is reread for each attempt; if the old key was refused and has changed since, the new one is
/// tried at once. After calls have failed for a while without any answer, the TCP connection is given up, even if it
/// is only silent, and the name is looked up again (``SpiceDBConfiguration/patience``).
///
/// A write that timed out may still take effect within moments. A caller that writes to the same relationships in order
/// must therefore wait for the end of each call, and after a failure with ``SpiceDBError/mayHaveBeenMade`` must repeat
/// that write before any newer one.
package final class SpiceDBConnection: Sendable {
  private struct State: Sendable {
    var transport: SpiceDBTransport
    var watch: SilenceWatch
    var isShutDown = false
  }

  private let state: Mutex<State>
  private let configuration: SpiceDBConfiguration
  private let logger: Logger

  /// Does not connect yet; ``run()`` does.
  ///
  /// - Throws: ``SpiceDBError``, for example if the file of certificate authorities can't be used.
  package init(_ configuration: SpiceDBConfiguration, logger: Logger) throws(SpiceDBError) {
    let transport = try SpiceDBTransport(configuration)
    state = Mutex(State(transport: transport, watch: SilenceWatch(patience: configuration.patience, at: .now)))
    self.configuration = configuration
    self.logger = logger
  }

  /// Connects, and reconnects when the connection ends, until ``shutDown()`` is called or the task is cancelled. Calls
  /// made earlier wait, up to their deadline. Must be run only once.
  package func run() async {
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled, let transport = transportToRun {
        group.addTask { [configuration, logger] in
          await transport.run(grace: configuration.timeout, logger: logger)
        }
        await transport.retirement()
      }
    }
  }

  /// The transport to run; nil after ``shutDown()``.
  private var transportToRun: SpiceDBTransport? { state.withLock { $0.isShutDown ? nil : $0.transport } }

  /// Lets calls in progress finish, and refuses new ones. ``run()`` then returns, at the latest a second after the
  /// timeout of an attempt, whatever SpiceDB does.
  package func shutDown() {
    let transport = state.withLock { state in
      state.isShutDown = true
      return state.transport
    }
    transport.retire()
  }

  /// Runs a connection while `body` is running.
  package static func withConnection<Value: Sendable>(
    _ configuration: SpiceDBConfiguration, logger: Logger, _ body: (SpiceDBConnection) async throws -> Value
  ) async throws -> Value {
    let connection = try SpiceDBConnection(configuration, logger: logger)
    return try await withThrowingDiscardingTaskGroup { group in
      group.addTask { await connection.run() }
      defer { connection.shutDown() }
      return try await body(connection)
    }
  }

  // MARK: Calls

  /// Makes a call that has one answer.
  func answer<Answer>(to request: SpiceDBRequest<Answer>) async throws(SpiceDBError) -> Answer {
    let answers = try await answers(to: request)
    guard answers.count == 1 else {
      throw .malformed("\(answers.count) answers instead of one", ofWrite: request.writes)
    }
    return answers[0]
  }

  /// Makes a call, with retries, and collects its answers. After a stream has broken off, all of it is read again.
  func answers<Answer>(to request: SpiceDBRequest<Answer>) async throws(SpiceDBError) -> [Answer] {
    let began = ContinuousClock.now
    var progress = SpiceDBRetries.Progress()
    var mayHaveBeenMade = false
    while true {
      var token: String?
      var failure: SpiceDBError
      do throws(SpiceDBError) {
        let current = try bearer()
        token = current
        return try await answersOnce(to: request, token: current)
      } catch {
        failure = error
      }
      let delay = delay(after: failure, of: request, &progress, since: began, token: token)
      mayHaveBeenMade = mayHaveBeenMade || (request.writes && failure.leavesOutcomeOpen)
      failure.attempts = progress.attempts + progress.pauses
      failure.mayHaveBeenMade = mayHaveBeenMade
      guard let delay else { throw failure }
      logger.debug("a call to SpiceDB is retried: \(failure)", metadata: ["method": "\(request.method.method)"])
      do { try await Task.sleep(for: delay) } catch { throw failure.asCancelled }
    }
  }

  private func delay<Answer>(
    after failure: SpiceDBError, of request: SpiceDBRequest<Answer>, _ progress: inout SpiceDBRetries.Progress,
    since began: ContinuousClock.Instant, token: String?
  ) -> Duration? {
    let retries = configuration.retries
    let delay = retries.delay(
      after: failure, &progress, elapsed: ContinuousClock.now - began, isRepeatable: request.isRepeatable,
      random: .random(in: 0...1))
    // After shutDown() every further attempt would be refused.
    guard !state.withLock({ $0.isShutDown }) else { return nil }
    if failure.kind == .unauthenticated, progress.attempts < retries.attempts, let current = try? bearer(),
      current != token
    {
      return .zero
    }
    return delay
  }

  private func answersOnce<Answer>(
    to request: SpiceDBRequest<Answer>, token: String
  ) async throws(SpiceDBError) -> [Answer] {
    let transport = state.withLock { $0.transport }
    let began = ContinuousClock.now
    do throws(SpiceDBError) {
      let answers = try await transport.answers(to: request, token: token, timeout: configuration.timeout)
      state.withLock { $0.watch.answered(at: .now) }
      return answers
    } catch {
      note(error, ofAttemptSince: began)
      throw error
    }
  }

  /// The value of the `authorization` header.
  private func bearer() throws(SpiceDBError) -> String {
    let token: String
    do { token = try configuration.token.reveal() } catch { throw SpiceDBError(.unreadableToken, message: "\(error)") }
    // Visible ASCII only: a line break would start another header.
    guard token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      throw SpiceDBError(.unreadableToken, message: "it has white space or characters that are not ASCII")
    }
    return "Bearer \(token)"
  }

  // MARK: Silence

  /// Replaces the transport if there has been no answer for too long.
  private func note(_ failure: SpiceDBError, ofAttemptSince began: ContinuousClock.Instant) {
    // Whoever cancels a call may just not have waited for its answer.
    guard failure.kind != .cancelled else { return }
    let isSilent = state.withLock { state in
      guard failure.reach != .answered else {
        state.watch.answered(at: .now)
        return false
      }
      return state.watch.failed(began: began, at: .now)
    }
    if isSilent { replaceTransport() }
  }

  /// New calls use the new transport at once; those in progress have the time of an attempt to end.
  private func replaceTransport() {
    let new: SpiceDBTransport
    do throws(SpiceDBError) { new = try SpiceDBTransport(configuration) } catch {
      return logger.error("the connection to SpiceDB can't be replaced: \(error)")
    }
    let old = state.withLock { state -> SpiceDBTransport? in
      guard !state.isShutDown else { return nil }
      defer { state.transport = new }
      return state.transport
    }
    guard let old else { return }
    logger.info("SpiceDB does not answer: connecting again, with a new name lookup")
    old.retire()
  }
}

extension SpiceDBError {
  /// The error to throw if the caller's task is cancelled between this failure and the next attempt.
  fileprivate var asCancelled: SpiceDBError {
    var error = SpiceDBError(.cancelled, message: "cancelled after: \(message)")
    error.attempts = attempts
    error.mayHaveBeenMade = mayHaveBeenMade
    return error
  }
}
