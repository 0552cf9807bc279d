import CrashWitness
package import MessageContract
package import Messaging
package import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// A delivery, or a parked command whose turn has come, and what it was decoded to. A class, because it is passed from
/// stage to stage.
package final class ReceivedMessage: Sendable {
  package let delivery: Delivery
  package let content: Result<DecodedCommand, InvalidCommand>
  /// The verdict, if there already is one; usually nil.
  package let verdict: Verdict?
  /// Its place in its tenant's line of parked commands; nil for a message that the broker has just delivered.
  package let parked: ParkedEntry?
  /// The position of this attempt in its trace; nil if the trace is not sampled.
  package let trace: MessageTrace?
  /// The hash of its body, if processes have died of it.
  package let begun: FatalMessages.BodyHash?

  package convenience init(_ delivery: Delivery, decoder: CommandDecoder, begun: FatalMessages.BodyHash? = nil) {
    let content = decoder.content(of: delivery)
    self.init(
      delivery, content, trace: (try? content.get()).flatMap { MessageTrace($0, delivery) }, begun: begun)
  }

  package convenience init(_ parked: ParkedEntry, decoder: CommandDecoder, begun: FatalMessages.BodyHash? = nil) {
    let delivery = Delivery(parked.command.message)
    let content = decoder.content(of: delivery)
    self.init(
      delivery, content, parked: parked,
      trace: (try? content.get()).flatMap { MessageTrace($0, delivery, parked: parked.command) }, begun: begun)
  }

  /// A message that is invalid as a whole, so that there is nothing to decode.
  convenience init(_ delivery: Delivery, invalid: InvalidCommand) { self.init(delivery, .failure(invalid), begun: nil) }

  /// A message that is not decoded, because processes may have died of decoding it.
  convenience init(unread delivery: Delivery, parked: ParkedEntry?, begun: FatalMessages.BodyHash?) {
    self.init(delivery, .failure(.unread), parked: parked, begun: begun)
  }

  private init(
    _ delivery: Delivery, _ content: Result<DecodedCommand, InvalidCommand>, verdict: Verdict? = nil,
    parked: ParkedEntry? = nil, trace: MessageTrace? = nil, begun: FatalMessages.BodyHash?
  ) {
    self.delivery = delivery
    self.content = content
    self.verdict = verdict
    self.parked = parked
    self.trace = trace
    self.begun = begun
  }

  /// The same message with a verdict.
  package func decided(_ verdict: Verdict) -> ReceivedMessage {
    ReceivedMessage(delivery, content, verdict: verdict, parked: parked, trace: trace, begun: begun)
  }

  /// The command; nil if the message is not one.
  package var command: DecodedCommand? { try? content.get() }

  /// When its publisher sent it, if it says so; nil for a message that an operator has sent again, whose time is that
  /// of the original.
  var sentAt: Timestamp? {
    guard delivery.properties.headers?.string(ReplayReference.header) == nil else { return nil }
    return command?.sentAt ?? delivery.timestamp
  }

  var tenantID: TenantID? { command?.context.tenantID }

  /// Its size, in bytes, for the limits of a batch: its own, and the most that its answer may have.
  package var size: Int { delivery.size + (command.map { $0.command.largestAnswer * Self.workspaceBytes } ?? 0) }

  /// The most bytes that a transaction needs for each workspace of an answer, which is read once and written twice: the
  /// longest name, in UTF-8 and in JSON, with everything around it.
  static let workspaceBytes = 2560
}

extension CommandDecoder {
  fileprivate func content(of delivery: Delivery) -> Result<DecodedCommand, InvalidCommand> {
    Result { () throws(InvalidCommand) in
      try InHand.with(delivery.body, .decoding) { () throws(InvalidCommand) in try decode(delivery) }
    }
  }
}
