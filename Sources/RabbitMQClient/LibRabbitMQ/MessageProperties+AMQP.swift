internal import CRabbitMQ
internal import DeliveryPipeline

extension MessageProperties {
  /// - Parameters:
  ///   - decoded: the properties as librabbitmq read them.
  ///   - encoded: their bytes in the header frame, from which the header table is taken as it stands.
  init(_ decoded: amqp_basic_properties_t, encoded: amqp_bytes_t) {
    self.init()
    func string(_ flag: Int32, _ bytes: amqp_bytes_t) -> ShortString? {
      decoded._flags & amqp_flags_t(flag) == 0 ? nil : bytes.shortString
    }
    func number<Number>(_ flag: Int32, _ number: Number) -> Number? {
      decoded._flags & amqp_flags_t(flag) == 0 ? nil : number
    }
    contentType = string(AMQP_BASIC_CONTENT_TYPE_FLAG, decoded.content_type)
    contentEncoding = string(AMQP_BASIC_CONTENT_ENCODING_FLAG, decoded.content_encoding)
    headers = number(AMQP_BASIC_HEADERS_FLAG, ()).flatMap { Self.headers(in: encoded.buffer, decoded._flags) }
    deliveryMode = number(AMQP_BASIC_DELIVERY_MODE_FLAG, decoded.delivery_mode)
    priority = number(AMQP_BASIC_PRIORITY_FLAG, decoded.priority)
    correlationID = string(AMQP_BASIC_CORRELATION_ID_FLAG, decoded.correlation_id)
    replyTo = string(AMQP_BASIC_REPLY_TO_FLAG, decoded.reply_to)
    expiration = string(AMQP_BASIC_EXPIRATION_FLAG, decoded.expiration)
    messageID = string(AMQP_BASIC_MESSAGE_ID_FLAG, decoded.message_id)
    timestamp = number(AMQP_BASIC_TIMESTAMP_FLAG, decoded.timestamp)
    type = string(AMQP_BASIC_TYPE_FLAG, decoded.type)
    userID = string(AMQP_BASIC_USER_ID_FLAG, decoded.user_id)
    appID = string(AMQP_BASIC_APP_ID_FLAG, decoded.app_id)
    clusterID = string(AMQP_BASIC_CLUSTER_ID_FLAG, decoded.cluster_id)
  }

  /// The bytes of the header table in a property list: it comes third, after two short strings.
  ///
  /// librabbitmq has decoded the list before, so every length in it is right.
  private static func headers(in encoded: UnsafeBufferPointer<UInt8>, _ flags: amqp_flags_t) -> HeaderTable? {
    var rest = Slice(base: encoded, bounds: encoded.indices)
    // A set lowest bit says that another word of flags follows.
    repeat { rest = rest.dropFirst(2) } while rest.startIndex <= encoded.endIndex && encoded[rest.startIndex - 1] & 1 != 0
    for flag in [AMQP_BASIC_CONTENT_TYPE_FLAG, AMQP_BASIC_CONTENT_ENCODING_FLAG] where flags & amqp_flags_t(flag) != 0 {
      rest = rest.dropFirst(1 + Int(rest.first ?? 0))
    }
    let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    rest = rest.dropFirst(4).prefix(length)
    return HeaderTable(entries: Array(UnsafeBufferPointer(rebasing: rest)))
  }
}
