import MessageContract
import Messaging
import WorkspaceApplication
import WorkspaceDomain

/// Sends answers, and has a query acknowledged when its answer has arrived or was given up.
struct QueryResponder: Sendable {
  private let replies: any ReplySender
  private let environment: ExecutionEnvironment
  private let probe: any QueryProbe
  private let room: AnswerRoom

  init(_ replies: any ReplySender, _ environment: ExecutionEnvironment, probe: any QueryProbe, room: AnswerRoom) {
    self.replies = replies
    self.environment = environment
    self.probe = probe
    self.room = room
  }

  /// The answer to a query, which is still to be sent. Nil where it can't be, and the query is done with.
  func answer(_ query: ReceivedQuery, _ result: Result<CommandReply, Rejection>, sequence: Int64) -> PendingReply? {
    let now = environment.clock.now()
    let message = ResultEncoder.encode(result, of: query.content, sequence: sequence, id: .random(at: now), at: now)
    let outcome: QueryOutcome =
      switch result {
      case .success: .succeeded
      case .failure(let rejection): .rejected(rejection.code)
      }
    return reply(message, outcome, query)
  }

  /// The answer to a query that can't be answered. Nil as for ``answer(_:_:sequence:)``.
  func failure(of query: ReceivedQuery) -> PendingReply? {
    let envelope = PartialEnvelope(query.content.type, query.content.context)
    return reply(encode(.unexpected, envelope), .failed, query)
  }

  /// Sends answers.
  func send(_ answers: [PendingReply]) {
    room.add(answers.reduce(0) { $0 + $1.message.size })
    replies.send(answers)
  }

  /// Nobody waits for them any more.
  func drop(_ queries: [ReceivedQuery]) {
    for query in queries { settle(query.delivery, query.intake, query.content.type, .expired) }
  }

  /// A message is done with that nothing is answered to.
  func settle(_ delivery: Delivery, _ intake: QueryIntake, _ type: CommandType?, _ outcome: QueryOutcome) {
    probe.observe(.handled(type, outcome, after: delivery.receivedAt.duration(to: .now)))
    intake.settle(delivery)
  }

  /// Tells the sender of what is no query, where he can be told.
  func refuse(_ delivery: Delivery, _ intake: QueryIntake, _ invalid: InvalidCommand) {
    let outcome = QueryOutcome.deadLettered(invalid.reason)
    let message = encode(invalid.failure, invalid.envelope)
    guard let reply = environment.messages.reply(message, of: delivery, commandID: invalid.envelope.id) else {
      return settle(delivery, intake, nil, outcome)
    }
    send([pending(reply, outcome, (nil, delivery, intake))])
  }

  private func encode(_ failure: CommandFailure, _ envelope: PartialEnvelope) -> EncodedMessage {
    let now = environment.clock.now()
    return ResultEncoder.encode(failure, of: envelope, id: .random(at: now), at: now)
  }

  private func reply(_ message: EncodedMessage, _ outcome: QueryOutcome, _ query: ReceivedQuery) -> PendingReply? {
    let reply = environment.messages.reply(message, of: query.delivery, commandID: query.content.context.key.id)
    guard let reply else {
      settle(query.delivery, query.intake, query.content.type, .unaddressed)
      return nil
    }
    return pending(reply, outcome, (query.content.type, query.delivery, query.intake))
  }

  private func pending(
    _ reply: OutboundMessage, _ outcome: QueryOutcome,
    _ query: (type: CommandType?, delivery: Delivery, intake: QueryIntake)
  ) -> PendingReply {
    PendingReply(reply) { [self, size = reply.size] settled in
      room.remove(size)
      probe.observe(.replied(settled))
      settle(query.delivery, query.intake, query.type, outcome)
    }
  }
}
