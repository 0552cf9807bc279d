import GRPCCore
import GRPCNIOTransportHTTP2Posix
package import Logging
import Secrets
import SwiftProtobuf

/// A connection to SpiceDB over gRPC. Any number of calls may be made concurrently.
///
/// Each attempt of a call has a deadline, and transient failures are retried (``SpiceDBRetries``): overload,
/// conflicting writes and lost connections, including those that SpiceDB closes because they are 30 s old. Repeatable
/// calls are retried even if they may have been executed; all calls are repeatable, except for writes with
/// preconditions. The key is reread for each attempt; if the old key was refused and has changed since, the new one is
/// tried at once.
///
/// A write that timed out may still take effect within moments. A caller that writes to the same relationships in order
/// must therefore wait for the end of each call, and after a failure with ``SpiceDBError/mayHaveBeenMade`` must repeat
/// that write before any newer one.
package final class SpiceDBConnection: Sendable {
  private let client: GRPCClient<HTTP2ClientTransport.Posix>
  private let configuration: SpiceDBConfiguration
  private let logger: Logger

  /// Does not connect yet; ``run()`` does.
  ///
  /// - Throws: ``SpiceDBError``, for example if the file of certificate authorities can't be used.
  package init(_ configuration: SpiceDBConfiguration, logger: Logger) throws(SpiceDBError) {
    self.configuration = configuration
    self.logger = logger
    do {
      let transport = try HTTP2ClientTransport.Posix(
        target: Self.target(configuration.endpoint), transportSecurity: Self.security(configuration.security),
        config: Self.transport(configuration))
      client = GRPCClient(transport: transport)
    } catch {
      guard case .tls(caFile: let file?) = configuration.security else {
        throw SpiceDBError(.unexpected, message: "\(error)")
      }
      throw .refused("the authorities in \(file) can't be used: \(Self.cause(of: error))")
    }
  }

  /// Connects, and reconnects when the connection ends, until ``shutDown()`` is called or the task is cancelled. Calls
  /// made earlier wait, up to their deadline. Must be run only once.
  package func run() async {
    do {
      try await client.runConnections()
    } catch {
      if !Task.isCancelled { logger.error("the connection to SpiceDB ended: \(error)") }
    }
  }

  /// Lets calls in progress finish, and refuses new ones. ``run()`` then returns.
  package func shutDown() { client.beginGracefulShutdown() }

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
    var attempt = 1
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
      mayHaveBeenMade = mayHaveBeenMade || (request.writes && failure.leavesOutcomeOpen)
      failure.attempts = attempt
      failure.mayHaveBeenMade = mayHaveBeenMade
      guard let delay = delay(after: failure, of: request, attempt: attempt, token: token) else { throw failure }
      logger.debug("a call to SpiceDB is retried: \(failure)", metadata: ["method": "\(request.method.method)"])
      do { try await Task.sleep(for: delay) } catch { throw failure.asCancelled }
      attempt += 1
    }
  }

  private func delay<Answer>(
    after failure: SpiceDBError, of request: SpiceDBRequest<Answer>, attempt: Int, token: String?
  ) -> Duration? {
    if failure.kind == .unauthenticated, attempt < configuration.retries.attempts, let current = try? bearer(),
      current != token
    {
      return .zero
    }
    return configuration.retries.delay(
      after: failure, attempt: attempt, isRepeatable: request.isRepeatable, random: .random(in: 0...1))
  }

  private func answersOnce<Answer>(
    to request: SpiceDBRequest<Answer>, token: String
  ) async throws(SpiceDBError) -> [Answer] {
    var options = CallOptions.defaults
    options.timeout = configuration.timeout
    // Despite its name, this also limits what is received.
    options.maxRequestMessageBytes = SpiceDBLimits.answerBytes
    let mostAnswers = request.mostAnswers
    do {
      return try await client.serverStreaming(
        request: ClientRequest(message: request.bytes, metadata: ["authorization": .string(token)]),
        descriptor: request.method, serializer: EncodedRequestSerializer(), deserializer: AnswerDeserializer<Answer>(),
        options: options
      ) { response in
        var answers: [Answer] = []
        for try await answer in response.messages {
          guard answers.count < mostAnswers else { throw MalformedAnswer() }
          answers.append(answer)
        }
        return answers
      }
    } catch {
      throw Self.failure(error)
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

  // MARK: Failures

  private static func failure(_ error: any Error) -> SpiceDBError {
    if Task.isCancelled || error is CancellationError { return SpiceDBError(.cancelled, message: "cancelled") }
    guard let error = error as? RPCError else {
      if error is MalformedAnswer { return SpiceDBError(.malformedAnswer, message: "it can't be read, or is too long") }
      // The error of a call made after the client has stopped.
      return SpiceDBError(.unavailable, message: "\(error)")
    }
    if error.cause is MalformedAnswer { return SpiceDBError(.malformedAnswer, message: "it can't be read") }
    guard let code = GRPCStatusCode(rawValue: error.code.rawValue) else {
      return SpiceDBError(.unexpected, message: error.message)
    }
    let reason = error.metadata[binaryValues: "grpc-status-details-bin"].first { _ in true }
      .flatMap { try? StatusMessage(serializedBytes: $0) }?.reason
    let message = error.cause.map { "\(error.message) \(cause(of: $0))" } ?? error.message
    return SpiceDBError(code.kind(reason: reason, message: error.message), code: code, reason: reason, message: message)
  }

  /// The message of the innermost error, which is the actual cause.
  private static func cause(of error: any Error) -> String {
    if let error = error as? RPCError { return error.cause.map(cause) ?? error.message }
    if let error = error as? RuntimeError { return error.cause.map(cause) ?? error.message }
    return "\(error)"
  }

  // MARK: Transport

  private static func security(_ security: SpiceDBConfiguration.Security)
    -> HTTP2ClientTransport.Posix.TransportSecurity
  {
    switch security {
    case .plaintext: .plaintext
    case .tls(caFile: nil): .tls
    case .tls(caFile: let file?): .tls { $0.trustRoots = .certificates([.file(path: file, format: .pem)]) }
    }
  }

  private static func target(_ endpoint: SpiceDBEndpoint) -> any ResolvableTarget {
    switch endpoint.host {
    case .name(let name): .dns(host: name, port: endpoint.port)
    case .ipv4(let address): .ipv4(address: address, port: endpoint.port)
    case .ipv6(let address): .ipv6(address: address, port: endpoint.port)
    }
  }

  private static func transport(_ configuration: SpiceDBConfiguration) -> HTTP2ClientTransport.Posix.Config {
    .defaults {
      $0.backoff = .init(initial: .milliseconds(50), max: .seconds(2), multiplier: 2, jitter: 0.2)
      // Detects a dead connection, as after a power cut. Pings are also sent without calls: otherwise the end of a
      // call, even by its deadline, would stop the timer. grpc-go tolerates three such pings, more than are sent in the
      // lifetime of a connection to SpiceDB.
      $0.connection.keepalive = .init(
        time: configuration.keepalive, timeout: configuration.timeout, allowWithoutCalls: true)
      // Flushes are not coalesced: each call waits for its answer, so delaying it for others gains nothing.
      $0.connection.flushCoalescing = nil
    }
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
