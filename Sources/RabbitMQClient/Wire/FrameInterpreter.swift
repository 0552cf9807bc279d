internal import CRabbitMQ
internal import Messaging

/// Turns frames into events, and assembles messages: method, header and any number of body frames. Pure, and without
/// recursion: header tables are kept as bytes.
struct FrameInterpreter {
  /// RabbitMQ accepts no larger message, whatever its configuration.
  static let maximumBodyBytes: UInt64 = 512 << 20
  /// Class, "weight" and body size.
  private static let headerFrontBytes = 12

  /// The number in the tags of deliveries on this connection's channel.
  let generation: UInt64
  /// Where deliveries come from, for errors; nil if nothing is consumed.
  var queue: String?

  /// By channel, since the frames of different channels may be interleaved.
  private var incomplete: [UInt16: IncompleteMessage] = [:]

  init(generation: UInt64) { self.generation = generation }

  /// - Returns: nil while a message is incomplete, and for frames without an event.
  /// - Throws: `protocolViolation`.
  mutating func interpret(_ piece: FrameReader.Piece) throws(RabbitMQError) -> InboundEvent? {
    switch piece {
    case .method(let channel, let payload): return try begin(MethodReader(payload), channel: channel)
    case .header(let channel, let payload): return try readHeader(payload, channel)
    case .fragment(let channel, let bytes):
      guard incomplete[channel]?.add(bytes) == true else { throw .protocolViolation("a body without a message") }
      return nil
    case .endOfBody(let channel):
      guard incomplete[channel]?.properties != nil else { throw .protocolViolation("a body without a message") }
      return finish(channel)
    }
  }

  private mutating func begin(_ reader: MethodReader, channel: UInt16) throws(RabbitMQError) -> InboundEvent? {
    var reader = reader
    guard incomplete[channel] == nil else { throw .protocolViolation("a method in the middle of a message") }
    guard let message = try IncompleteMessage(&reader) else { return try event(&reader, channel: channel) }
    // Otherwise a peer could start a message on each of 65,535 channels.
    guard RabbitMQConnection.listenerChannels.contains(channel) else {
      throw .protocolViolation("a message on a channel not meant for messages")
    }
    incomplete[channel] = message
    return nil
  }

  private func event(_ reader: inout MethodReader, channel: UInt16) throws(RabbitMQError) -> InboundEvent? {
    switch reader.method {
    case AMQP_CONNECTION_CLOSE_METHOD:
      let close = try ClosingMethod(&reader)
      return .connectionClosed(code: close.code, text: close.text)
    case AMQP_CHANNEL_CLOSE_METHOD:
      let close = try ClosingMethod(&reader)
      return .channelClosed(channel: channel, code: close.code, text: close.text)
    case AMQP_BASIC_ACK_METHOD: return try settlement(&reader, channel, isPositive: true)
    case AMQP_BASIC_NACK_METHOD: return try settlement(&reader, channel, isPositive: false)
    case AMQP_BASIC_CANCEL_METHOD: return .consumerCancelled
    case AMQP_CONNECTION_BLOCKED_METHOD: return .blocked(reason: try reader.readText())
    case AMQP_CONNECTION_UNBLOCKED_METHOD: return .unblocked
    default: return .replied(method: reader.method, channel: channel, try MethodReply(&reader))
    }
  }

  private func settlement(
    _ reader: inout MethodReader, _ channel: UInt16, isPositive: Bool
  ) throws(RabbitMQError) -> InboundEvent {
    let number = try reader.read(UInt64.self)
    return .settled(channel: channel, number: number, isMultiple: try reader.readBit(), isPositive: isPositive)
  }

  private mutating func readHeader(_ payload: UnsafeRawBufferPointer, _ channel: UInt16) throws(RabbitMQError)
    -> InboundEvent?
  {
    guard let message = incomplete[channel], message.properties == nil, payload.count >= Self.headerFrontBytes else {
      throw .protocolViolation("a header without a message")
    }
    let size = UInt64(bigEndian: payload.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
    guard size <= Self.maximumBodyBytes else { throw .protocolViolation("a body of \(size) bytes") }
    let properties = try properties(in: payload.dropFirst(Self.headerFrontBytes), of: message)
    incomplete[channel]?.begin(properties, bodyBytes: Int(size))
    return size == 0 ? finish(channel) : nil
  }

  private func properties(
    in bytes: Slice<UnsafeRawBufferPointer>, of message: IncompleteMessage
  ) throws(RabbitMQError) -> MessageProperties {
    var bytes = Array(bytes)
    // The two lowest flags stand for no property. RabbitMQ ignores both, and delivers them as published: they don't
    // announce further flags, as they would by the specification.
    if bytes.count > 1 { bytes[1] &= 0b1111_1100 }
    do throws(PropertyList.DecodingError) {
      return try PropertyList(bytes: bytes).properties()
    } catch {
      let place = queue.map { " from queue '\($0)'" } ?? ""
      throw .protocolViolation("the properties of \(message)\(place) can't be read: \(error), \(bytes.count) bytes")
    }
  }

  /// - Returns: nil while something is missing.
  private mutating func finish(_ channel: UInt16) -> InboundEvent? {
    guard let event = incomplete[channel]?.event(generation: generation) else { return nil }
    incomplete[channel] = nil
    return event
  }
}
