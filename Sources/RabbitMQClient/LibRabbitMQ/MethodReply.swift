internal import CRabbitMQ

/// The broker's answer to a ``MethodRequest``.
enum MethodReply: Sendable, Equatable {
  /// Done; the method says nothing else.
  case ok
  case queue(QueueStatistics)

  init(_ method: amqp_method_t) {
    guard method.id == AMQP_QUEUE_DECLARE_OK_METHOD, let decoded = method.decoded else { self = .ok; return }
    let declared = decoded.assumingMemoryBound(to: amqp_queue_declare_ok_t.self).pointee
    self = .queue(
      QueueStatistics(messageCount: Int(declared.message_count), consumerCount: Int(declared.consumer_count)))
  }

  var queueStatistics: QueueStatistics? {
    if case .queue(let statistics) = self { statistics } else { nil }
  }
}
