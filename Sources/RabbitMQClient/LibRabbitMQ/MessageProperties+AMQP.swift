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

  /// The bytes that the properties take at most in a header frame, without the flags.
  var encodedBytes: Int {
    func size(_ string: ShortString?) -> Int { string.map { $0.bytes.count + 1 } ?? 0 }
    let numbers = 1 + 1 + 8  // delivery mode, priority, timestamp
    let front = size(contentType) + size(contentEncoding) + (headers.map { $0.entries.count + 4 } ?? 0)
    let middle = size(correlationID) + size(replyTo) + size(expiration) + size(messageID)
    return front + numbers + middle + size(type) + size(userID) + size(appID) + size(clusterID)
  }

  /// - Returns: nil when the header table is malformed. Pointers live as long as what the pool holds.
  func amqpProperties(in pool: MemoryPool) -> amqp_basic_properties_t? {
    var flags: amqp_flags_t = 0
    func present<Value>(_ flag: Int32, _ value: Value) -> Value {
      flags |= amqp_flags_t(flag)
      return value
    }
    func bytes(_ flag: Int32, _ value: ShortString?) -> amqp_bytes_t {
      value.map { present(flag, pool.copy($0)) } ?? amqp_empty_bytes
    }
    var result = amqp_basic_properties_t()
    result.content_type = bytes(AMQP_BASIC_CONTENT_TYPE_FLAG, contentType)
    result.content_encoding = bytes(AMQP_BASIC_CONTENT_ENCODING_FLAG, contentEncoding)
    result.correlation_id = bytes(AMQP_BASIC_CORRELATION_ID_FLAG, correlationID)
    result.reply_to = bytes(AMQP_BASIC_REPLY_TO_FLAG, replyTo)
    result.expiration = bytes(AMQP_BASIC_EXPIRATION_FLAG, expiration)
    result.message_id = bytes(AMQP_BASIC_MESSAGE_ID_FLAG, messageID)
    result.type = bytes(AMQP_BASIC_TYPE_FLAG, type)
    result.user_id = bytes(AMQP_BASIC_USER_ID_FLAG, userID)
    result.app_id = bytes(AMQP_BASIC_APP_ID_FLAG, appID)
    result.cluster_id = bytes(AMQP_BASIC_CLUSTER_ID_FLAG, clusterID)
    if let deliveryMode { result.delivery_mode = present(AMQP_BASIC_DELIVERY_MODE_FLAG, deliveryMode) }
    if let priority { result.priority = present(AMQP_BASIC_PRIORITY_FLAG, priority) }
    if let timestamp { result.timestamp = present(AMQP_BASIC_TIMESTAMP_FLAG, timestamp) }
    if let headers {
      guard let table = pool.table(headers) else { return nil }
      result.headers = present(AMQP_BASIC_HEADERS_FLAG, table)
    }
    result._flags = flags
    return result
  }
}
