import MessageContract
import Messaging
import WorkspaceApplication
import WorkspaceDomain

/// Sends answers, and settles a query when its answer was delivered or given up.
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

  /// The answer to a query, still to be sent; nil if it can't be sent, and the query is settled already.
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

  /// The failure to send for a query that can't be answered; nil as for ``answer(_:_:sequence:)``.
  func failure(of query: ReceivedQuery) -> PendingReply? {
    let envelope = PartialEnvelope(
      query.content.type, query.content.context, subject: query.content.query.subject)
    return reply(encode(.unexpected, envelope), .failed, query)
  }

  /// Sends answers.
  func send(_ answers: [PendingReply]) {
    room.add(answers.reduce(0) { $0 + $1.message.size })
    replies.send(answers)
  }

  /// Settles expired queries.
  func drop(_ queries: [ReceivedQuery]) {
    for query in queries { settle(query.delivery, query.intake, query.content.type, .expired) }
  }

  /// Settles a message and observes its outcome.
  func settle(_ delivery: Delivery, _ intake: QueryIntake, _ type: CommandType?, _ outcome: QueryOutcome) {
    probe.observe(.handled(type, outcome, after: delivery.receivedAt.duration(to: .now)))
    intake.settle(delivery)
  }

  /// Settles a message that became a dead letter, after telling its sender, if it has a usable reply address.
  func refuse(_ delivery: Delivery, _ intake: QueryIntake, _ invalid: InvalidCommand) {
    let outcome = QueryOutcome.deadLettered(invalid.reason)
    let message = encode(invalid.failure, invalid.envelope)
    guard let reply = environment.messages.reply(message, of: delivery.properties, commandID: invalid.envelope.id)
    else {
      return settle(delivery, intake, nil, outcome)
    }
    send([pending(reply, outcome, (nil, delivery, intake))])
  }

  private func encode(_ failure: CommandFailure, _ envelope: PartialEnvelope) -> EncodedMessage {
    let now = environment.clock.now()
    return ResultEncoder.encode(failure, of: envelope, id: .random(at: now), at: now)
  }

  private func reply(_ message: EncodedMessage, _ outcome: QueryOutcome, _ query: ReceivedQuery) -> PendingReply? {
    let reply = environment.messages.reply(
      message, of: query.delivery.properties, commandID: query.content.context.key.id)
    guard let reply else {
      settle(query.delivery, query.intake, query.content.type, .unaddressed)
      return nil
    }
    return pending(reply, outcome, (query.content.type, query.delivery, query.intake))
  }

  private func pending(
    _ reply: AMQPMessage, _ outcome: QueryOutcome,
    _ query: (type: CommandType?, delivery: Delivery, intake: QueryIntake)
  ) -> PendingReply {
    PendingReply(reply) { [self, size = reply.size] settled in
      room.remove(size)
      probe.observe(.replied(settled))
      settle(query.delivery, query.intake, query.type, outcome)
    }
  }
}
