import GRPCCore
import GRPCNIOTransportHTTP2Posix
package import Logging
import Secrets
import SwiftProtobuf

/// SpiceDB, over gRPC. Any number of calls may be made at once.
///
/// Each attempt of a call has a deadline, and transient failures are retried (``SpiceDBRetries``): lost connections,
/// including those that SpiceDB ends every 30 s because of their age, overload, and conflicting writes. Repeatable
/// calls are also retried if they may have been executed; only writes and deletions with preconditions can't be. The
/// token is reread for each attempt, and if it changed while the old one was refused, the new one is tried at once.
///
/// A write that timed out may still take effect within moments. So a caller that writes to the same relationships in
/// order waits for the end of each call, and after a failure with ``SpiceDBError/mayHaveBeenMade`` repeats that write
/// before any newer one.
package final class SpiceDBConnection: Sendable {
  private let client: GRPCClient<HTTP2ClientTransport.Posix>
  private let configuration: SpiceDBConfiguration
  private let logger: Logger

  /// Does not connect yet: ``run()`` does, for as long as it runs.
  ///
  /// - Throws: what is wrong with the authorities' file.
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

  /// Connects, and reconnects when the connection ends, until ``shutDown()`` or until the task is cancelled. Calls may
  /// be made before; they wait, up to their deadline. To be run once.
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

  /// Makes a call, retrying if that helps, and collects its answers. A broken stream is reread from its beginning.
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

  /// The value of the header.
  private func bearer() throws(SpiceDBError) -> String {
    let token: String
    do { token = try configuration.token.reveal() } catch { throw SpiceDBError(.unreadableToken, message: "\(error)") }
    // Visible ASCII; a line break inside would be another header.
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
      // Calls after the end of the connection.
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

  /// The text of the innermost error, which knows the cause.
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
      // Detects a connection on which nothing comes back, as after a power cut. Also without calls: the end of a call,
      // even by its deadline, would stop the clock. grpc-go allows three such pings, more than occur in the lifetime of
      // a SpiceDB connection.
      $0.connection.keepalive = .init(
        time: configuration.keepalive, timeout: configuration.timeout, allowWithoutCalls: true)
      // Each call waits for its answer: delaying it for others gains nothing.
      $0.connection.flushCoalescing = nil
    }
  }
}

extension SpiceDBError {
  /// The caller gave up between two attempts.
  fileprivate var asCancelled: SpiceDBError {
    var error = SpiceDBError(.cancelled, message: "cancelled after: \(message)")
    error.attempts = attempts
    error.mayHaveBeenMade = mayHaveBeenMade
    return error
  }
}
