package import DeliveryPipeline
package import MessageContract
package import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// A delivery, or a command whose turn in its line has come, and what it turned out to be: passed from hand to hand, so a
/// class.
package final class ReceivedMessage: Sendable {
  package let delivery: Delivery
  package let content: Result<DecodedCommand, InvalidCommand>
  /// Its place in its tenant's line; nil for what the broker has just delivered.
  package let parked: ParkedEntry?
  /// Where this attempt stands in its trace; nil where that is not sampled.
  package let trace: MessageTrace?
  /// What there is a note under that this process has begun it; nil where there is none.
  package let begun: [UInt8]?

  package init(_ delivery: Delivery, decoder: CommandDecoder, begun: [UInt8]? = nil) {
    self.delivery = delivery
    content = decoder.content(of: delivery)
    parked = nil
    trace = (try? content.get()).flatMap { MessageTrace($0, delivery) }
    self.begun = begun
  }

  package init(_ parked: ParkedEntry, decoder: CommandDecoder, begun: [UInt8]? = nil) {
    delivery = Delivery(parked.command.message)
    content = decoder.content(of: delivery)
    self.parked = parked
    trace = (try? content.get()).flatMap { [delivery] in MessageTrace($0, delivery, parked: parked.command) }
    self.begun = begun
  }

  /// A message that is not decoded: processes may have died of that.
  init(unread delivery: Delivery, parked: ParkedEntry?, begun: [UInt8]) {
    self.delivery = delivery
    content = .failure(.unread)
    self.parked = parked
    trace = nil
    self.begun = begun
  }

  /// The command; nil where the message is none.
  package var command: DecodedCommand? { try? content.get() }

  /// When its publisher has sent it, as far as it says so; not of one that an operator sends again, which is older.
  var sentAt: Timestamp? {
    guard delivery.properties.headers?.string(ReplayReference.header) == nil else { return nil }
    return command?.sentAt ?? delivery.properties.timestamp.flatMap { seconds in
      seconds < 1 << 40 ? Timestamp(milliseconds: Int64(seconds) * 1000) : nil
    }
  }

  var tenantID: TenantID? { command?.context.tenantID }
}

extension CommandDecoder {
  fileprivate func content(of delivery: Delivery) -> Result<DecodedCommand, InvalidCommand> {
    Result { () throws(InvalidCommand) in try decode(delivery) }
  }
}
