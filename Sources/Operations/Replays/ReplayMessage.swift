import MessageContract
import Messaging
import UnitOfWork
import WorkspaceApplication

/// A dead letter as it is sent again: the same body, id and properties, except for what a broker or an earlier replay
/// added, and what would interfere.
enum ReplayMessage {
  /// The headers that brokers add when they dead-letter or redeliver a message, and that of an earlier replay.
  private static let brokerHeaders = [
    "x-death", "x-first-death-exchange", "x-first-death-queue", "x-first-death-reason", "x-last-death-exchange",
    "x-last-death-queue", "x-last-death-reason", "x-delivery-count", "x-acquired-count", ReplayReference.header,
  ]

  /// - Parameters:
  ///   - exchange: where commands are published to.
  ///   - type: the type of the command, if known: a message dead-lettered from elsewhere may have a routing key that
  ///     leads to no queue here.
  ///   - user: who publishes it, for an access list; nil if unknown.
  static func message(
    _ letter: ReplayLetter, plan: ReplayReference, to exchange: ShortString, type: CommandType? = nil,
    as user: ShortString? = nil
  ) -> AMQPMessage {
    var properties = letter.message.properties
    // An expiration would let the broker expire the command again; a `user_id` other than the publisher's is refused.
    properties.expiration = nil
    properties.userID = user
    var headers = Self.brokerHeaders.reduce(properties.headers ?? HeaderTable()) { $0.without($1) }
    headers.append(ReplayReference.header, plan.text)
    properties.headers = headers
    // An element of a batch is sent as a message of its own.
    if CommandBatch.isElement(letter.message.body, properties) { properties.contentType = CloudEventsType.event }
    return AMQPMessage(
      exchange: exchange, routingKey: routingKey(of: letter.message, type: type), properties: properties,
      body: letter.message.body)
  }

  /// The message's own key if it is the command's type, with or without a suffix after a dot, or if the type is
  /// unknown; otherwise the type.
  private static func routingKey(of message: AMQPMessage, type: CommandType?) -> ShortString {
    guard let type, let key = ShortString(type.rawValue) else { return message.routingKey }
    let own = message.routingKey.bytes
    let isCommands =
      own.starts(with: key.bytes) && (own.count == key.bytes.count || own[key.bytes.count] == UInt8(ascii: "."))
    return isCommands ? message.routingKey : key
  }
}
