internal import CRabbitMQ
internal import Messaging

/// A method that this side sends. All queues and exchanges but exclusive queues are declared durable.
enum MethodRequest: Sendable {
  case openChannel
  case closeChannel
  case confirmChannelClose
  case closeConnection
  case confirmConnectionClose
  case setPrefetch(UInt16)
  case consume(queue: ShortString, consumer: ShortString)
  case selectConfirms
  case declareQueue(ShortString, arguments: HeaderTable, isPassive: Bool)
  case declareExclusiveQueue(ShortString, arguments: HeaderTable)
  case declareExchange(ShortString, type: ShortString, isPassive: Bool)
  case bindQueue(ShortString, exchange: ShortString, routingKey: ShortString)
  case unbindQueue(ShortString, exchange: ShortString, routingKey: ShortString)

  /// The method that answers this one; nil if there is none.
  var replyMethod: UInt32? {
    switch self {
    case .openChannel: UInt32(AMQP_CHANNEL_OPEN_OK_METHOD)
    case .closeChannel: UInt32(AMQP_CHANNEL_CLOSE_OK_METHOD)
    case .closeConnection: UInt32(AMQP_CONNECTION_CLOSE_OK_METHOD)
    case .setPrefetch: UInt32(AMQP_BASIC_QOS_OK_METHOD)
    case .consume: UInt32(AMQP_BASIC_CONSUME_OK_METHOD)
    case .selectConfirms: UInt32(AMQP_CONFIRM_SELECT_OK_METHOD)
    case .declareQueue, .declareExclusiveQueue: UInt32(AMQP_QUEUE_DECLARE_OK_METHOD)
    case .declareExchange: UInt32(AMQP_EXCHANGE_DECLARE_OK_METHOD)
    case .bindQueue: UInt32(AMQP_QUEUE_BIND_OK_METHOD)
    case .unbindQueue: UInt32(AMQP_QUEUE_UNBIND_OK_METHOD)
    case .confirmChannelClose, .confirmConnectionClose: nil
    }
  }

  /// The method's name in the specification.
  var name: String {
    switch self {
    case .openChannel: "channel.open"
    case .closeChannel: "channel.close"
    case .confirmChannelClose: "channel.close-ok"
    case .closeConnection: "connection.close"
    case .confirmConnectionClose: "connection.close-ok"
    case .setPrefetch: "basic.qos"
    case .consume: "basic.consume"
    case .selectConfirms: "confirm.select"
    case .declareQueue, .declareExclusiveQueue: "queue.declare"
    case .declareExchange: "exchange.declare"
    case .bindQueue: "queue.bind"
    case .unbindQueue: "queue.unbind"
    }
  }

  /// Class, method and arguments, in frame format.
  ///
  /// - Parameters:
  ///   - pool: holds the arguments; recycled by the caller.
  ///   - limit: the largest frame.
  /// - Returns: nil if it would be larger.
  func encoded(pool: MemoryPool, limit: Int) -> [UInt8]? {
    func send<Method: BitwiseCopyable>(_ id: UInt32, _ method: Method) -> [UInt8]? {
      var method = method
      // Frame header, class and method, and the frame's end.
      var arguments = [UInt8](repeating: 0, count: limit - 7 - 4 - 1)
      let count = arguments.withUnsafeMutableBytes { buffer in
        amqp_encode_method(id, &method, amqp_bytes_t(len: buffer.count, bytes: buffer.baseAddress))
      }
      return count < 0 ? nil : withUnsafeBytes(of: id.bigEndian, Array.init) + arguments.prefix(Int(count))
    }
    switch self {
    case .openChannel: return send(UInt32(AMQP_CHANNEL_OPEN_METHOD), amqp_channel_open_t(out_of_band: amqp_empty_bytes))
    case .closeChannel:
      return send(
        UInt32(AMQP_CHANNEL_CLOSE_METHOD),
        amqp_channel_close_t(
          reply_code: ReplyCode.success.rawValue, reply_text: amqp_empty_bytes, class_id: 0, method_id: 0))
    case .confirmChannelClose: return send(UInt32(AMQP_CHANNEL_CLOSE_OK_METHOD), amqp_channel_close_ok_t())
    case .closeConnection:
      return send(
        UInt32(AMQP_CONNECTION_CLOSE_METHOD),
        amqp_connection_close_t(
          reply_code: ReplyCode.success.rawValue, reply_text: amqp_empty_bytes, class_id: 0, method_id: 0))
    case .confirmConnectionClose: return send(UInt32(AMQP_CONNECTION_CLOSE_OK_METHOD), amqp_connection_close_ok_t())
    case .setPrefetch(let count):
      return send(UInt32(AMQP_BASIC_QOS_METHOD), amqp_basic_qos_t(prefetch_size: 0, prefetch_count: count, global: 0))
    case .consume(let queue, let consumer):
      return send(
        UInt32(AMQP_BASIC_CONSUME_METHOD),
        amqp_basic_consume_t(
          ticket: 0, queue: pool.copy(queue), consumer_tag: pool.copy(consumer), no_local: 0, no_ack: 0, exclusive: 0,
          nowait: 0, arguments: amqp_empty_table))
    case .selectConfirms: return send(UInt32(AMQP_CONFIRM_SELECT_METHOD), amqp_confirm_select_t(nowait: 0))
    case .declareQueue(let name, let arguments, let isPassive):
      return send(
        UInt32(AMQP_QUEUE_DECLARE_METHOD),
        amqp_queue_declare_t(
          ticket: 0, queue: pool.copy(name), passive: isPassive ? 1 : 0, durable: 1, exclusive: 0, auto_delete: 0,
          nowait: 0, arguments: pool.table(arguments) ?? amqp_empty_table))
    case .declareExclusiveQueue(let name, let arguments):
      return send(
        UInt32(AMQP_QUEUE_DECLARE_METHOD),
        amqp_queue_declare_t(
          ticket: 0, queue: pool.copy(name), passive: 0, durable: 0, exclusive: 1, auto_delete: 1, nowait: 0,
          arguments: pool.table(arguments) ?? amqp_empty_table))
    case .declareExchange(let name, let type, let isPassive):
      return send(
        UInt32(AMQP_EXCHANGE_DECLARE_METHOD),
        amqp_exchange_declare_t(
          ticket: 0, exchange: pool.copy(name), type: pool.copy(type), passive: isPassive ? 1 : 0, durable: 1,
          auto_delete: 0, internal: 0, nowait: 0, arguments: amqp_empty_table))
    case .bindQueue(let queue, let exchange, let routingKey):
      return send(
        UInt32(AMQP_QUEUE_BIND_METHOD),
        amqp_queue_bind_t(
          ticket: 0, queue: pool.copy(queue), exchange: pool.copy(exchange), routing_key: pool.copy(routingKey),
          nowait: 0, arguments: amqp_empty_table))
    case .unbindQueue(let queue, let exchange, let routingKey):
      return send(
        UInt32(AMQP_QUEUE_UNBIND_METHOD),
        amqp_queue_unbind_t(
          ticket: 0, queue: pool.copy(queue), exchange: pool.copy(exchange), routing_key: pool.copy(routingKey),
          arguments: amqp_empty_table))
    }
  }
}
