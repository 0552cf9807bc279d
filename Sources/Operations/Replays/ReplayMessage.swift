import MessageContract
import Messaging
import UnitOfWork
import WorkspaceApplication

/// A dead letter as it goes through the front door again: the same body, id and properties, but for what was the
/// broker's or would be in the way.
enum ReplayMessage {
  /// What brokers add when they dead-letter a message or deliver it again.
  private static let brokerHeaders = [
    "x-death", "x-first-death-exchange", "x-first-death-queue", "x-first-death-reason", "x-last-death-exchange",
    "x-last-death-queue", "x-last-death-reason", "x-delivery-count", "x-acquired-count", ReplayReference.header,
  ]

  /// - Parameters:
  ///   - exchange: where commands are published to.
  ///   - type: of the command, where it can be told: what was dead-lettered from elsewhere may have a routing key by
  ///     which no queue takes it here.
  ///   - user: who publishes it, for an access list; nil where that is not known.
  static func message(
    _ letter: ReplayLetter, plan: ReplayReference, to exchange: ShortString, type: CommandType? = nil, as user: ShortString? = nil
  ) -> OutboundMessage {
    var properties = letter.message.properties
    // It would let the broker drop the command again; and a user other than the one who publishes is refused.
    properties.expiration = nil
    properties.userID = user
    var headers = Self.brokerHeaders.reduce(properties.headers ?? HeaderTable()) { $0.without($1) }
    headers.append(ReplayReference.header, plan.text)
    properties.headers = headers
    // What came in a batch goes out alone.
    if CommandBatch.isElement(letter.message.body, properties) { properties.contentType = "application/cloudevents+json" }
    return OutboundMessage(
      exchange: exchange, routingKey: routingKey(of: letter.message, type: type), properties: properties,
      body: letter.message.body)
  }

  /// A command's own key where it is one of a command of its type, whatever stands behind that.
  private static func routingKey(of message: OutboundMessage, type: CommandType?) -> ShortString {
    guard let type, let key = ShortString(type.rawValue) else { return message.routingKey }
    let own = message.routingKey.bytes
    let isCommands = own.starts(with: key.bytes) && (own.count == key.bytes.count || own[key.bytes.count] == UInt8(ascii: "."))
    return isCommands ? message.routingKey : key
  }
}
