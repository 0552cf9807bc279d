import DeliveryPipeline
import MessageContract
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Messages that nobody can process.
extension BatchRun {
  /// The original into the ledger, with its announcement, and a `.failed` result where somebody can be told.
  ///
  /// - Parameters:
  ///   - error: more about the failure, for operators.
  ///   - attempts: one, just now, when left out.
  mutating func deadLetter(
    _ message: ReceivedMessage, _ failure: CommandFailure, error: String? = nil, attempts: DeadLetter.Attempts? = nil
  ) throws(Failure) {
    let delivery = message.delivery
    let key = DeadLetterKey(queue: environment.queue, fingerprint: MessageFingerprint.of(delivery.original))
    // All that follows has committed before, together.
    if delivery.isRedelivered, snapshot.deadLetters.contains(key) { return }
    let now = environment.clock.now()
    let envelope = message.envelope
    let isReplyWanted = delivery.properties.replyTo?.bytes.isEmpty == false
    if envelope.id != nil || isReplyWanted {
      let result = ResultEncoder.encode(failure, of: envelope, id: try newID(at: now), at: now)
      for message in environment.messages.result(result, of: delivery, commandID: envelope.id) { writeSet.send(message) }
    }
    try record(
      key, delivery.original, envelope, reason: failure.code,
      detail: error.map { "\(failure.detail): \($0)" } ?? failure.detail,
      attempts: attempts ?? .init(count: 1, first: now), at: now)
    count(.deadLettered(reason: failure.code), message.command?.type)
    note("dead_lettered:\(failure.code)", of: delivery)
  }

  /// Nobody is told but who listens to the announcements: the broker's reasons are the operators' own.
  mutating func record(_ letter: BrokerDeadLetter) throws(Failure) {
    if letter.delivery.isRedelivered, snapshot.deadLetters.contains(letter.key) { return }
    let now = environment.clock.now()
    count(.deadLettered(reason: CommandFailure.brokerDeadLettered), letter.envelope.type.flatMap(CommandType.init))
    try record(
      letter.key, letter.origin.message(letter.delivery.original), letter.envelope, reason: CommandFailure.brokerDeadLettered,
      detail: letter.origin.detail, attempts: .init(count: 0, first: letter.origin.time ?? now), at: now)
  }

  private mutating func record(
    _ key: DeadLetterKey, _ message: OutboundMessage, _ envelope: PartialEnvelope, reason: String, detail: String,
    attempts: DeadLetter.Attempts, at now: Timestamp
  ) throws(Failure) {
    let id = try newID(at: now)
    writeSet.deadLetters.append(
      DeadLetter(
        id: id, queue: key.queue, fingerprint: key.fingerprint, recordedAt: now, reason: reason, detail: detail,
        attempts: attempts,
        subject: .init(
          tenantID: envelope.tenantID, commandType: envelope.type, commandSource: envelope.source,
          commandID: envelope.id),
        message: message, replayOf: message.properties.replayReference?.letter))
    let announcement = DeadLetterEventEncoder.encode(
      letter: id, reason: reason, envelope: envelope, queue: key.queue, attempts: attempts.count,
      id: try newID(at: now), at: now)
    writeSet.send(environment.messages.announcement(announcement))
  }
}

extension ReceivedMessage {
  /// As much of it as could be read.
  fileprivate var envelope: PartialEnvelope {
    switch content {
    case .success(let command): PartialEnvelope(command)
    case .failure(let invalid): invalid.envelope
    }
  }
}
