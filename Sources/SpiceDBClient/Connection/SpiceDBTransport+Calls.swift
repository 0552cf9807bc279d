import Coordination
import GRPCCore
import SwiftProtobuf

extension SpiceDBTransport {
  /// Makes one attempt of a call.
  ///
  /// - Parameters:
  ///   - token: the value of the `authorization` header.
  ///   - timeout: how long the attempt may take; sent to SpiceDB as the deadline.
  func answers<Answer>(
    to request: SpiceDBRequest<Answer>, token: String, timeout: Duration
  ) async throws(SpiceDBError) -> [Answer] {
    var options = CallOptions.defaults
    options.timeout = timeout
    // Despite its name, this also limits what is received.
    options.maxRequestMessageBytes = SpiceDBLimits.answerBytes
    let mostAnswers = request.mostAnswers
    let (sent, accepted) = (Signal<Void>(), Signal<Void>())
    defer { if sent.isRaised { callEnded() } }
    // Without a message, a header alone makes no server execute anything.
    let serializer = EncodedRequestSerializer {
      sent.raise()
      self.callBegan()
    }
    do {
      return try await client.serverStreaming(
        request: ClientRequest(message: request.bytes, metadata: ["authorization": .string(token)]),
        descriptor: request.method, serializer: serializer, deserializer: AnswerDeserializer<Answer>(),
        options: options
      ) { response in
        if case .success = response.accepted { accepted.raise() }
        var answers: [Answer] = []
        for try await answer in response.messages {
          guard answers.count < mostAnswers else { throw MalformedAnswer() }
          answers.append(answer)
        }
        return answers
      }
    } catch {
      var failure = Self.failure(error)
      failure.reach = reach(of: failure, wasSent: sent.isRaised, wasAccepted: accepted.isRaised)
      throw failure
    }
  }

  /// How far the attempt came. To be asked while other calls are still counted as in progress.
  private func reach(of failure: SpiceDBError, wasSent: Bool, wasAccepted: Bool) -> SpiceDBError.Reach {
    guard wasSent else { return failure.kind == .unavailable && hasCallsInProgress ? .ending : .unsent }
    return wasAccepted || failure.kind.isAnswer ? .answered : .sent
  }

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
}

extension SpiceDBError.Kind {
  /// Whether only SpiceDB itself says this. The others can also come from the client, or from something in between.
  fileprivate var isAnswer: Bool {
    switch self {
    case .busy, .unauthenticated, .schema, .preconditionFailed, .expired, .tooDeep, .invalidRequest, .malformedAnswer:
      true
    case .unavailable, .deadlineExceeded, .unreadableToken, .unexpected, .cancelled: false
    }
  }
}
