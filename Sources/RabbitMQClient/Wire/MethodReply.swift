internal import CRabbitMQ

/// The broker's answer to a ``MethodRequest``.
package enum MethodReply: Sendable, Equatable {
  /// Done; the method's other arguments are not needed.
  case ok
  case queue(QueueStatistics)

  init(_ reader: inout MethodReader) throws(RabbitMQError) {
    guard reader.method == AMQP_QUEUE_DECLARE_OK_METHOD else {
      self = .ok
      return
    }
    _ = try reader.readString()
    self = .queue(
      QueueStatistics(messageCount: Int(try reader.read(UInt32.self)), consumerCount: Int(try reader.read(UInt32.self)))
    )
  }

  var queueStatistics: QueueStatistics? {
    if case .queue(let statistics) = self { statistics } else { nil }
  }
}
