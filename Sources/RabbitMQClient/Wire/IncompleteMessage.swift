internal import CRabbitMQ
internal import Messaging

/// The part of a message that has arrived: the method that announces it, its properties, and some of its body.
struct IncompleteMessage {
  private enum Method {
    case deliver(number: UInt64, isRedelivered: Bool)
    case giveBack(code: ReplyCode, text: String)
  }

  /// Memory for a larger body is reserved in full only once this much of it has arrived: reading may pause before.
  private static let firstRoom = 256 << 10

  private let method: Method
  private let exchange: ShortString
  private let routingKey: ShortString
  private(set) var properties: MessageProperties?
  private var body: [UInt8] = []
  private var missingBytes = 0

  /// Begins with a method that is followed by a message.
  ///
  /// - Returns: nil for a method without content, whose arguments are then still unread.
  init?(_ reader: inout MethodReader) throws(RabbitMQError) {
    switch reader.method {
    case AMQP_BASIC_DELIVER_METHOD:
      _ = try reader.readString()  // The consumer's tag: there is one consumer.
      method = .deliver(number: try reader.read(UInt64.self), isRedelivered: try reader.readBit())
    case AMQP_BASIC_RETURN_METHOD:
      method = .giveBack(code: ReplyCode(rawValue: try reader.read(UInt16.self)), text: try reader.readText())
    default: return nil
    }
    exchange = try reader.readString()
    routingKey = try reader.readString()
  }

  mutating func begin(_ properties: MessageProperties, bodyBytes: Int) {
    self.properties = properties
    missingBytes = bodyBytes
  }

  /// - Returns: whether the fragment belongs to it.
  mutating func add(_ fragment: UnsafeRawBufferPointer) -> Bool {
    guard properties != nil, fragment.count <= missingBytes else { return false }
    if body.isEmpty { body.reserveCapacity(min(missingBytes, Self.firstRoom)) }
    if body.count + fragment.count > body.capacity { body.reserveCapacity(body.count + missingBytes) }
    body.append(contentsOf: fragment)
    missingBytes -= fragment.count
    return true
  }

  /// - Returns: nil while something is missing.
  func event(generation: UInt64) -> InboundEvent? {
    guard let properties, missingBytes == 0 else { return nil }
    return switch method {
    case .deliver(let number, let isRedelivered):
      .delivered(
        Delivery(
          tag: DeliveryTag(generation: generation, number: number), isRedelivered: isRedelivered, exchange: exchange,
          routingKey: routingKey, properties: properties, body: body))
    case .giveBack(let code, let text):
      .returned(
        ReturnedMessage(
          code: code, text: text, exchange: exchange, routingKey: routingKey, messageID: properties.messageID))
    }
  }
}

extension IncompleteMessage: CustomStringConvertible {
  /// Identifies the message, to help find it.
  var description: String {
    let place = "exchange '\(exchange.readable)' with routing key '\(routingKey.readable)'"
    return switch method {
    case .deliver(let number, _): "delivery \(number) of \(place)"
    case .giveBack: "a returned message to \(place)"
    }
  }
}
