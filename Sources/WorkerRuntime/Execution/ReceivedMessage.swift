import CrashWitness
package import MessageContract
package import Messaging
package import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// A message to be handled, and what it was decoded to. A class, because it is passed from stage to stage.
package final class ReceivedMessage: Sendable {
  /// Where a message comes from.
  private enum Origin {
    /// The broker has just delivered it.
    case delivery(Delivery)
    /// It was parked, which acknowledged its delivery, and its turn has come.
    case line(ParkedEntry, MessageProperties)
  }

  private let origin: Origin
  package let content: Result<DecodedCommand, InvalidCommand>
  /// The verdict, if there already is one; usually nil.
  package let verdict: Verdict?
  /// The position of this attempt in its trace; nil if the trace is not sampled.
  package let trace: MessageTrace?
  /// The hash of its body, if the message has killed processes.
  package let begun: FatalMessages.BodyHash?

  package convenience init(_ delivery: Delivery, decoder: CommandDecoder, begun: FatalMessages.BodyHash? = nil) {
    let content = decoder.content(of: delivery.body, delivery.properties)
    self.init(
      .delivery(delivery), content, trace: content.command.flatMap { MessageTrace($0, delivery.properties) },
      begun: begun)
  }

  package convenience init(_ parked: ParkedEntry, decoder: CommandDecoder, begun: FatalMessages.BodyHash? = nil) {
    let properties = parked.command.message.properties
    let content = decoder.content(of: parked.command.message.body, properties)
    self.init(
      .line(parked, properties), content,
      trace: content.command.flatMap { MessageTrace($0, properties, parked: parked.command) }, begun: begun)
  }

  /// A message that is invalid as a whole, so that there is nothing to decode.
  convenience init(_ delivery: Delivery, invalid: InvalidCommand) {
    self.init(.delivery(delivery), .failure(invalid), begun: nil)
  }

  /// A message that is not decoded, because decoding it may have killed processes.
  convenience init(unread delivery: Delivery, begun: FatalMessages.BodyHash?) {
    self.init(.delivery(delivery), .failure(.unread), begun: begun)
  }

  /// A parked message that is not decoded, because decoding it may have killed processes.
  convenience init(unread parked: ParkedEntry, begun: FatalMessages.BodyHash?) {
    self.init(.line(parked, parked.command.message.properties), .failure(.unread), begun: begun)
  }

  private init(
    _ origin: Origin, _ content: Result<DecodedCommand, InvalidCommand>, verdict: Verdict? = nil,
    trace: MessageTrace? = nil, begun: FatalMessages.BodyHash?
  ) {
    self.origin = origin
    self.content = content
    self.verdict = verdict
    self.trace = trace
    self.begun = begun
  }

  /// The same message with a verdict.
  package func decided(_ verdict: Verdict) -> ReceivedMessage {
    ReceivedMessage(origin, content, verdict: verdict, trace: trace, begun: begun)
  }
}

// MARK: - The message

extension ReceivedMessage {
  /// The delivery to be acknowledged; nil for a parked command.
  package var delivery: Delivery? {
    if case .delivery(let delivery) = origin { delivery } else { nil }
  }

  /// Its place in its tenant's line of parked commands; nil for a message that the broker has just delivered.
  package var parked: ParkedEntry? {
    if case .line(let entry, _) = origin { entry } else { nil }
  }

  package var body: [UInt8] {
    switch origin {
    case .delivery(let delivery): delivery.body
    case .line(let entry, _): entry.command.message.body
    }
  }

  package var properties: MessageProperties {
    switch origin {
    case .delivery(let delivery): delivery.properties
    case .line(_, let properties): properties
    }
  }

  package var routingKey: ShortString {
    switch origin {
    case .delivery(let delivery): delivery.routingKey
    case .line(let entry, _): entry.command.message.routingKey
    }
  }

  /// Which element of a batch message it is; nil unless it is one. A parked element is a message of its own.
  var element: BatchElement? { delivery?.element }

  /// The broker has delivered it before, to this or another consumer.
  package var isRedelivered: Bool { delivery?.isRedelivered ?? false }

  /// The message as it was published.
  var original: AMQPMessage {
    switch origin {
    case .delivery(let delivery): delivery.original
    case .line(let entry, _): entry.command.message
    }
  }

  /// The command; nil if the message is not one.
  package var command: DecodedCommand? { content.command }

  /// When its publisher sent it, if it says so; nil for a message that an operator has sent again, whose time is that
  /// of the original.
  var sentAt: Timestamp? {
    guard properties.replayReference == nil else { return nil }
    return command?.sentAt ?? properties.time
  }

  var tenantID: TenantID? { command?.context.tenantID }

  /// Its size in bytes, for the limits of a batch: the message itself, and the largest possible answer.
  package var size: Int {
    let own =
      switch origin {
      case .delivery(let delivery): delivery.size
      case .line(let entry, _): entry.command.message.size
      }
    return own + (command.map { $0.command.largestAnswer * Self.workspaceBytes } ?? 0)
  }

  /// The most bytes that a transaction needs for each workspace of an answer, which is read once and written twice: the
  /// longest name, in UTF-8 and in JSON, with everything around it.
  static let workspaceBytes = 2560
}

extension Result<DecodedCommand, InvalidCommand> {
  fileprivate var command: DecodedCommand? {
    if case .success(let command) = self { command } else { nil }
  }
}

extension CommandDecoder {
  fileprivate func content(
    of body: [UInt8], _ properties: MessageProperties
  ) -> Result<DecodedCommand, InvalidCommand> {
    Result { () throws(InvalidCommand) in
      try InHand.with(body, .decoding) { () throws(InvalidCommand) in try decodePermitted(body, properties) }
    }
  }
}
