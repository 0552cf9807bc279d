import CrashWitness
package import MessageContract
package import Messaging
package import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// A delivery, or a command whose turn in its line has come, and what it turned out to be: passed from hand to hand, so
/// a class.
package final class ReceivedMessage: Sendable {
  package let delivery: Delivery
  package let content: Result<DecodedCommand, InvalidCommand>
  /// What is decided about it already; nil mostly.
  package let verdict: Verdict?
  /// Its place in its tenant's line; nil for what the broker has just delivered.
  package let parked: ParkedEntry?
  /// Where this attempt stands in its trace; nil where that is not sampled.
  package let trace: MessageTrace?
  /// The hash of its body, where processes have died of it.
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

  /// A message that is not decoded: processes may have died of that.
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

  /// The same message, decided about.
  package func decided(_ verdict: Verdict) -> ReceivedMessage {
    ReceivedMessage(delivery, content, verdict: verdict, parked: parked, trace: trace, begun: begun)
  }

  /// The command; nil where the message is none.
  package var command: DecodedCommand? { try? content.get() }

  /// When its publisher has sent it, as far as it says so; not of one that an operator sends again, which is older.
  var sentAt: Timestamp? {
    guard delivery.properties.headers?.string(ReplayReference.header) == nil else { return nil }
    return command?.sentAt ?? delivery.timestamp
  }

  var tenantID: TenantID? { command?.context.tenantID }

  /// What it counts for where a batch is bounded: its own bytes, and those that its answer may have.
  package var size: Int { delivery.size + (command.map { $0.command.largestAnswer * Self.workspaceBytes } ?? 0) }

  /// What a transaction needs for each workspace of an answer, at most: it is read, and then written twice. The longest
  /// name, in UTF-8 and in JSON, with all that stands around it.
  static let workspaceBytes = 2560
}

extension CommandDecoder {
  fileprivate func content(of delivery: Delivery) -> Result<DecodedCommand, InvalidCommand> {
    Result { () throws(InvalidCommand) in
      try InHand.with(delivery.body, .decoding) { () throws(InvalidCommand) in try decode(delivery) }
    }
  }
}
