internal import CRabbitMQ
internal import Messaging

/// Consecutive frames to be sent at once: messages to be published, acknowledgements, other methods and heartbeats.
///
/// Source: AMQP 0-9-1 specification, sections 4.2.3 "General Frame Format" and 4.2.6 "Content Framing".
struct OutboundFrames {
  /// Type, channel and size, which precede a frame's payload.
  private static let frontBytes = 7
  private static let end = UInt8(AMQP_FRAME_END)
  /// Class and method.
  private static let publish = UInt32(AMQP_BASIC_PUBLISH_METHOD)
  private static let basicClass = UInt16(AMQP_BASIC_CLASS)

  /// A larger buffer is given back after use.
  private static let keptBytes = 256 << 10

  private(set) var bytes: [UInt8] = []

  mutating func removeAll() { bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptBytes) }

  /// - Parameter maximumFrameBytes: what both sides agreed on, with front and end.
  /// - Precondition: the property list fits one frame.
  mutating func append(_ message: AMQPMessage, isMandatory: Bool, channel: UInt16, maximumFrameBytes: Int) {
    appendFrame(
      AMQP_FRAME_METHOD, channel,
      count: 4 + 2 + 1 + message.exchange.bytes.count + 1 + message.routingKey.bytes.count + 1
    ) {
      $0.append(Self.publish)
      $0.append(UInt16(0))  // The "ticket" of older versions.
      $0.append(message.exchange)
      $0.append(message.routingKey)
      $0.append(UInt8(isMandatory ? 1 : 0))
    }
    let properties = message.propertyList.bytes
    appendFrame(AMQP_FRAME_HEADER, channel, count: 2 + 2 + 8 + properties.count) {
      $0.append(Self.basicClass)
      $0.append(UInt16(0))  // The "weight".
      $0.append(UInt64(message.body.count))
      $0.bytes += properties
    }
    var rest = message.body[...]
    while !rest.isEmpty {
      let part = rest.prefix(maximumFrameBytes - Self.frontBytes - 1)
      appendFrame(AMQP_FRAME_BODY, channel, count: part.count) { $0.bytes += part }
      rest = rest.dropFirst(part.count)
    }
  }

  /// - Parameter method: class, method and arguments.
  mutating func append(method: [UInt8], channel: UInt16) {
    appendFrame(AMQP_FRAME_METHOD, channel, count: method.count) { $0.bytes += method }
  }

  /// basic.ack.
  mutating func append(acknowledgementOf number: UInt64, isMultiple: Bool, channel: UInt16) {
    appendFrame(AMQP_FRAME_METHOD, channel, count: 4 + 8 + 1) {
      $0.append(UInt32(AMQP_BASIC_ACK_METHOD))
      $0.append(number)
      $0.append(UInt8(isMultiple ? 1 : 0))
    }
  }

  mutating func appendHeartbeat() { appendFrame(AMQP_FRAME_HEARTBEAT, 0, count: 0) { _ in } }

  private mutating func appendFrame(_ type: Int32, _ channel: UInt16, count: Int, payload: (inout Self) -> Void) {
    append(UInt8(type))
    append(channel)
    append(UInt32(count))
    payload(&self)
    append(Self.end)
  }

  private mutating func append(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
  }

  private mutating func append(_ string: ShortString) {
    append(UInt8(string.bytes.count))
    bytes += string.bytes
  }
}
