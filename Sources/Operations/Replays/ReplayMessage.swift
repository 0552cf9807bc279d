import MessageContract
import Messaging
import UnitOfWork
import WorkspaceApplication

/// A dead letter as it is sent again: the same body, id and properties, except for what the broker added or what would
/// interfere.
enum ReplayMessage {
  /// What brokers add when they dead-letter or redeliver a message.
  private static let brokerHeaders = [
    "x-death", "x-first-death-exchange", "x-first-death-queue", "x-first-death-reason", "x-last-death-exchange",
    "x-last-death-queue", "x-last-death-reason", "x-delivery-count", "x-acquired-count", ReplayReference.header,
  ]

  /// - Parameters:
  ///   - exchange: where commands are published to.
  ///   - type: of the command, if known: a message dead-lettered from elsewhere may have a routing key that leads to no
  ///     queue here.
  ///   - user: who publishes it, for an access list; nil if unknown.
  static func message(
    _ letter: ReplayLetter, plan: ReplayReference, to exchange: ShortString, type: CommandType? = nil,
    as user: ShortString? = nil
  ) -> OutboundMessage {
    var properties = letter.message.properties
    // An expiration would let the broker drop the command again; and a user other than the publisher is refused.
    properties.expiration = nil
    properties.userID = user
    var headers = Self.brokerHeaders.reduce(properties.headers ?? HeaderTable()) { $0.without($1) }
    headers.append(ReplayReference.header, plan.text)
    properties.headers = headers
    // What came in a batch goes out alone.
    if CommandBatch.isElement(letter.message.body, properties) { properties.contentType = CloudEventsType.event }
    return OutboundMessage(
      exchange: exchange, routingKey: routingKey(of: letter.message, type: type), properties: properties,
      body: letter.message.body)
  }

  /// The message's own key if it matches the command's type, with whatever suffix.
  private static func routingKey(of message: OutboundMessage, type: CommandType?) -> ShortString {
    guard let type, let key = ShortString(type.rawValue) else { return message.routingKey }
    let own = message.routingKey.bytes
    let isCommands =
      own.starts(with: key.bytes) && (own.count == key.bytes.count || own[key.bytes.count] == UInt8(ascii: "."))
    return isCommands ? message.routingKey : key
  }
}
