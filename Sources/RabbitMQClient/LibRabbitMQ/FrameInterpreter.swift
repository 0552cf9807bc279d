internal import CRabbitMQ
internal import DeliveryPipeline

/// Turns frames into events, and puts messages together: method, header and any number of body frames.
///
/// librabbitmq can do that too, but its wait for header and body has no limit.
struct FrameInterpreter {
  /// RabbitMQ accepts no larger message, however it is configured.
  static let maximumBodyBytes: UInt64 = 512 << 20

  /// The number that stands in the tags of deliveries on this connection's channel.
  let generation: UInt64

  /// By channel, for between the frames of one channel's message those of others may stand.
  private var incomplete: [UInt16: IncompleteMessage] = [:]

  init(generation: UInt64) { self.generation = generation }

  /// - Returns: nil while a message is incomplete, and for frames that say nothing.
  /// - Throws: `protocolViolation`.
  mutating func interpret(_ frame: amqp_frame_t) throws(RabbitMQError) -> InboundEvent? {
    switch Int32(frame.frame_type) {
    case AMQP_FRAME_METHOD: try begin(frame.payload.method, channel: frame.channel)
    case AMQP_FRAME_HEADER: try readHeader(frame)
    case AMQP_FRAME_BODY: try readBody(frame)
    default: nil
    }
  }

  private mutating func begin(_ method: amqp_method_t, channel: UInt16) throws(RabbitMQError) -> InboundEvent? {
    guard incomplete[channel] == nil else { throw .protocolViolation("a method in the middle of a message") }
    guard let content = ContentMethod(method) else { return event(method, channel: channel) }
    // Else a peer could begin one on each of 65,535 channels.
    guard RabbitMQConnection.listenerChannels.contains(channel) else {
      throw .protocolViolation("a message on a channel that is not for messages")
    }
    incomplete[channel] = IncompleteMessage(method: content)
    return nil
  }

  private func event(_ method: amqp_method_t, channel: UInt16) -> InboundEvent? {
    if let close = ClosingMethod(method) {
      return channel == 0
        ? .connectionClosed(code: close.code, text: close.text)
        : .channelClosed(channel: channel, code: close.code, text: close.text)
    }
    switch method.id {
    case AMQP_BASIC_ACK_METHOD:
      let ack = method.decoded.assumingMemoryBound(to: amqp_basic_ack_t.self).pointee
      return .settled(channel: channel, number: ack.delivery_tag, isMultiple: ack.multiple != 0, isPositive: true)
    case AMQP_BASIC_NACK_METHOD:
      let nack = method.decoded.assumingMemoryBound(to: amqp_basic_nack_t.self).pointee
      return .settled(channel: channel, number: nack.delivery_tag, isMultiple: nack.multiple != 0, isPositive: false)
    case AMQP_BASIC_CANCEL_METHOD: return .consumerCancelled
    case AMQP_CONNECTION_BLOCKED_METHOD:
      return .blocked(reason: method.decoded.assumingMemoryBound(to: amqp_connection_blocked_t.self).pointee.reason.text)
    case AMQP_CONNECTION_UNBLOCKED_METHOD: return .unblocked
    default: return .replied(method: method.id, channel: channel, MethodReply(method))
    }
  }

  private mutating func readHeader(_ frame: amqp_frame_t) throws(RabbitMQError) -> InboundEvent? {
    let header = frame.payload.properties
    guard let message = incomplete[frame.channel], message.properties == nil, let decoded = header.decoded else {
      throw .protocolViolation("a header without a message")
    }
    guard header.body_size <= Self.maximumBodyBytes else {
      throw .protocolViolation("a body of \(header.body_size) bytes")
    }
    let properties = MessageProperties(
      decoded.assumingMemoryBound(to: amqp_basic_properties_t.self).pointee, encoded: header.raw)
    incomplete[frame.channel]?.begin(properties, bodyBytes: Int(header.body_size))
    return finish(frame.channel)
  }

  private mutating func readBody(_ frame: amqp_frame_t) throws(RabbitMQError) -> InboundEvent? {
    let fragment = frame.payload.body_fragment
    guard incomplete[frame.channel]?.add(fragment) == true else { throw .protocolViolation("a body without a message") }
    return finish(frame.channel)
  }

  /// - Returns: nil while something is missing.
  private mutating func finish(_ channel: UInt16) -> InboundEvent? {
    guard let event = incomplete[channel]?.event(generation: generation) else { return nil }
    incomplete[channel] = nil
    return event
  }
}
