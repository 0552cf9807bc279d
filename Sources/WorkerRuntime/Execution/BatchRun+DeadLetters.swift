import MessageContract
import Messaging
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Messages that can't be processed.
extension BatchRun {
  /// Records the original message in the ledger, announces it, and sends a `.failed` result if the message has an id or
  /// a reply address.
  ///
  /// - Parameters:
  ///   - error: more about the failure, for operators.
  ///   - attempts: default: one, just now.
  ///   - isRemembered: whether the inbox remembers the answer, so that a repetition of the command gets the same one.
  /// - Returns: nil if the message is already a letter.
  mutating func deadLetter(
    _ message: ReceivedMessage, _ failure: CommandFailure, error: String? = nil, attempts: DeadLetter.Attempts? = nil,
    isRemembered: Bool = true
  ) throws(Failure) -> Outcome? {
    let original = message.original
    let key = DeadLetterKey(queue: environment.queue, fingerprint: MessageFingerprint.of(original))
    let now = environment.clock.now()
    let envelope = message.envelope
    // Letter, announcement and result were committed together before, but the reply to a batch may be missing.
    if message.isRedelivered, let letter = claim(key, of: ObjectIdentifier(message)) {
      if message.element != nil {
        let result = ResultEncoder.encode(failure, of: envelope, letter: letter)
        note(.result(id: result.id.description, body: result.body), to: message)
      }
      return nil
    }
    let letter = try newID(at: now)
    let isReplyWanted = message.properties.replyTo?.bytes.isEmpty == false
    if envelope.id != nil || isReplyWanted {
      let result = ResultEncoder.encode(failure, of: envelope, letter: letter)
      send(result, of: message, commandID: envelope.id)
      // The sender was told this result, whatever happens to the letter later.
      if isRemembered, let command = message.command { remember(result, of: command) }
    } else {
      note(.separate, to: message)
    }
    return try record(
      letter, key, ObjectIdentifier(message), original, envelope, reason: failure.reason,
      detail: error.map { "\(failure.detail): \($0)" } ?? failure.detail,
      attempts: attempts ?? .init(count: 1, first: now), at: now)
  }

  /// Records a message that the broker dead-lettered. Only subscribers of the announcements are told, not the sender:
  /// the broker's reasons concern operators.
  ///
  /// - Returns: nil if it is already in the ledger.
  mutating func record(_ letter: BrokerDeadLetter) throws(Failure) -> Outcome? {
    let identity = ObjectIdentifier(letter.delivery)
    if letter.delivery.isRedelivered, claim(letter.key, of: identity) != nil { return nil }
    let now = environment.clock.now()
    return try record(
      try newID(at: now), letter.key, identity, letter.origin.message(letter.delivery.original), letter.envelope,
      reason: .brokerDeadLettered, detail: letter.origin.detail,
      attempts: .init(count: 0, first: letter.origin.time ?? now), at: now)
  }

  /// Claims the letter that was recorded for a redelivered message: each letter belongs to only one message.
  ///
  /// - Returns: nil if there is no such letter.
  private mutating func claim(_ key: DeadLetterKey, of message: ObjectIdentifier) -> ULID? {
    guard let letter = snapshot.deadLetters[key]?.first(where: { !claimed.contains($0) }) else { return nil }
    claimed.insert(letter)
    letters[message] = letter
    return letter
  }

  private mutating func record(
    _ id: ULID, _ key: DeadLetterKey, _ identity: ObjectIdentifier, _ message: AMQPMessage, _ envelope: PartialEnvelope,
    reason: DeadLetterReason, detail: String, attempts: DeadLetter.Attempts, at now: Timestamp
  ) throws(Failure) -> Outcome {
    letters[identity] = id
    writeSet.deadLetters.append(
      DeadLetter(
        id: id, queue: key.queue, fingerprint: key.fingerprint, recordedAt: now, reason: reason.rawValue,
        detail: detail, attempts: attempts,
        subject: .init(
          tenantID: envelope.tenantID, commandType: envelope.type, commandSource: envelope.source,
          commandID: envelope.id),
        message: message, replayOf: message.properties.replayReference?.letter,
        answeredAt: envelope.key.flatMap { inbox[$0] }.flatMap { $0.isFailure ? nil : $0.recordedAt }))
    let announcement = DeadLetterEventEncoder.encode(
      letter: id, reason: reason, envelope: envelope, queue: key.queue, attempts: attempts.count,
      id: try newID(at: now), at: now)
    writeSet.send(environment.messages.announcement(announcement))
    return .deadLettered(reason)
  }
}

extension ResultEncoder {
  /// The result that tells a sender about a letter. Its id and time are derived from the letter and from the result's
  /// content: if the reply to a batch has to be rebuilt after a crash, its elements equal the published results, unless
  /// the message is now refused for another reason or decoded differently.
  fileprivate static func encode(
    _ failure: CommandFailure, of envelope: PartialEnvelope, letter: ULID
  ) -> EncodedMessage {
    let id = ULID(
      derivedFrom: [
        "result", letter.description, failure.reason.rawValue, failure.detail, envelope.tenantID?.description,
        envelope.type, envelope.source, envelope.id, envelope.trace?.traceparent, envelope.trace?.tracestate,
      ] + (envelope.subject.map { ["\($0)"] } ?? []), milliseconds: letter.milliseconds)
    return encode(failure, of: envelope, id: id, at: Timestamp(milliseconds: Int64(letter.milliseconds)))
  }
}

extension ReceivedMessage {
  /// The envelope, as far as it could be read.
  fileprivate var envelope: PartialEnvelope {
    switch content {
    case .success(let command): PartialEnvelope(command)
    case .failure(let invalid): invalid.envelope
    }
  }
}
