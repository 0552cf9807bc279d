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

  /// A query is answered.
  func answer(_ query: ReceivedQuery, _ result: Result<CommandReply, Rejection>, sequence: Int64) {
    let now = environment.clock.now()
    let message = ResultEncoder.encode(result, of: query.content, sequence: sequence, id: .random(at: now), at: now)
    let outcome: QueryOutcome =
      switch result {
      case .success: .succeeded
      case .failure(let rejection): .rejected(rejection.code)
      }
    send(message, outcome, query)
  }

  /// A query can't be answered.
  func fail(_ query: ReceivedQuery) {
    let envelope = PartialEnvelope(query.content.type, query.content.context)
    send(encode(.unexpected, envelope), .failed, query)
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
    send(reply, outcome, (nil, delivery, intake))
  }

  private func encode(_ failure: CommandFailure, _ envelope: PartialEnvelope) -> EncodedMessage {
    let now = environment.clock.now()
    return ResultEncoder.encode(failure, of: envelope, id: .random(at: now), at: now)
  }

  private func send(_ message: EncodedMessage, _ outcome: QueryOutcome, _ query: ReceivedQuery) {
    let reply = environment.messages.reply(message, of: query.delivery, commandID: query.content.context.key.id)
    guard let reply else { return settle(query.delivery, query.intake, query.content.type, .unaddressed) }
    send(reply, outcome, (query.content.type, query.delivery, query.intake))
  }

  private func send(
    _ reply: OutboundMessage, _ outcome: QueryOutcome,
    _ query: (type: CommandType?, delivery: Delivery, intake: QueryIntake)
  ) {
    room.add(reply.size)
    replies.send([reply]) { [self, size = reply.size] settled in
      room.remove(size)
      probe.observe(.replied(settled))
      settle(query.delivery, query.intake, query.type, outcome)
    }
  }
}
