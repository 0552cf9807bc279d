package import Messaging
package import MessageContract
import UnitOfWork
import WorkspaceDomain

/// Makes complete messages of results and events.
package struct OutboundMessages: Sendable {
  /// Made once, not for each message.
  private static let contentType: ShortString = "application/cloudevents+json"
  private static let appID: ShortString = "workspace-worker"

  package let names: BrokerNames

  package init(_ names: BrokerNames) { self.names = names }

  /// The announcement of a dead letter, for all who listen.
  package func announcement(_ announcement: EncodedMessage) -> OutboundMessage {
    message(announcement, to: names.deadLettersExchange, correlationID: nil)
  }

  /// An event for all who listen.
  package func event(_ event: EncodedMessage) -> OutboundMessage {
    message(event, to: names.eventsExchange, correlationID: nil)
  }

  /// A result for all who listen and, in the same bytes, for whom the command names as `reply_to`.
  ///
  /// - Parameters:
  ///   - delivery: the command's message.
  ///   - commandID: the command's id, where it could be read.
  package func result(_ result: EncodedMessage, of delivery: Delivery, commandID: String?) -> [OutboundMessage] {
    let published = message(result, to: names.resultsExchange, correlationID: correlationID(delivery, commandID))
    return [published] + (self.reply(published, to: delivery).map { [$0] } ?? [])
  }

  /// A result for whom the message names as `reply_to`, and nobody else; nil where that is nobody.
  package func reply(_ result: EncodedMessage, of delivery: Delivery, commandID: String?) -> OutboundMessage? {
    reply(message(result, to: "", correlationID: correlationID(delivery, commandID)), to: delivery)
  }

  private func correlationID(_ delivery: Delivery, _ commandID: String?) -> ShortString? {
    delivery.properties.correlationID ?? commandID.flatMap { ShortString($0) }
  }

  private func reply(_ published: OutboundMessage, to delivery: Delivery) -> OutboundMessage? {
    guard let replyTo = delivery.properties.replyTo.flatMap(ReplyAddress.queue) else { return nil }
    return OutboundMessage(
      exchange: "", routingKey: replyTo, propertyList: published.propertyList, body: published.body)
  }

  private func message(
    _ message: EncodedMessage, to exchange: ShortString, correlationID: ShortString?
  ) -> OutboundMessage {
    // Types are at most 255 bytes long: the decoder and the encoder see to that.
    let type = ShortString(message.type) ?? "unknown"
    var properties = MessageProperties()
    properties.contentType = Self.contentType
    properties.deliveryMode = 2
    message.id.withText { properties.messageID = ShortString(bytes: Array($0)) }
    properties.correlationID = correlationID
    properties.type = type
    properties.timestamp = UInt64(message.time.milliseconds / 1000)
    properties.appID = Self.appID
    if let tenantID = message.tenantID {
      var headers = HeaderTable()
      tenantID.ulid.withText { headers.append("tenantid", $0) }
      properties.headers = headers
    }
    return OutboundMessage(exchange: exchange, routingKey: type, properties: properties, body: message.body)
  }
}
