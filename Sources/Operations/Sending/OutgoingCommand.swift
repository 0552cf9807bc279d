import MessageContract
import Messaging
import StrictJSON

/// A command to send: its body unchanged, and the fields that its message properties repeat.
package struct OutgoingCommand: Sendable {
  package let type: String
  package let id: String?
  package let body: [UInt8]

  package init(type: String, id: String?, body: [UInt8]) {
    self.type = type
    self.id = id
    self.body = body
  }

  /// A routing key that leads to the queue of commands, whatever commands the batch holds.
  private static let batchKey: ShortString = "workspace.batch"

  /// - Returns: nil unless `line` is a JSON object with a `type`, which is the routing key.
  package init?(line: [UInt8]) {
    guard case .object(let document) = try? JSONReader.read(line), case .string(let type) = document["type"],
      ShortString(type) != nil
    else { return nil }
    self.type = type
    id = if case .string(let id) = document["id"] { id } else { nil }
    body = line
  }

  /// Several commands as one message, in the JSON Batch Format of CloudEvents.
  static func message(
    of commands: [OutgoingCommand], to exchange: ShortString, replyTo: ShortString?, correlationID: String?,
    as user: ShortString?
  ) -> AMQPMessage {
    var properties = MessageProperties()
    properties.contentType = CloudEventsType.batch
    properties.deliveryMode = 2
    properties.replyTo = replyTo
    properties.userID = user
    properties.correlationID = correlationID.flatMap { ShortString($0) }
    return AMQPMessage(
      exchange: exchange, routingKey: batchKey, properties: properties,
      body: CloudEventsType.array(commands.map(\.body)))
  }

  /// - Parameters:
  ///   - correlationID: identifies its result.
  ///   - user: who sends it, for an access list.
  ///   - lifetime: the broker drops the command after this time, and need not keep it over a restart; nil: it is kept.
  func message(
    to exchange: ShortString, replyTo: ShortString?, correlationID: String?, as user: ShortString?,
    lifetime: Duration? = nil
  ) -> AMQPMessage {
    var properties = MessageProperties()
    properties.contentType = CloudEventsType.event
    properties.deliveryMode = lifetime == nil ? 2 : 1
    properties.expiration = lifetime.flatMap { ShortString("\(Int64($0 / .milliseconds(1)))") }
    properties.messageID = id.flatMap { ShortString($0) }
    properties.type = ShortString(type)
    properties.replyTo = replyTo
    properties.userID = user
    properties.correlationID = correlationID.flatMap { ShortString($0) }
    return AMQPMessage(exchange: exchange, routingKey: ShortString(type) ?? "", properties: properties, body: body)
  }
}
