/// How a ``RabbitMQConsumer`` takes messages.
package struct ConsumerOptions: Sendable, Equatable {
  /// Deliveries that the broker sends without an acknowledgement. 1 to 65535; default: 1024.
  package var prefetch: UInt16 = 1024
  /// Bytes of bodies and properties that are kept for ``RabbitMQConsumer/deliveries()``. Above this nothing more is
  /// read until they are taken. The last read may exceed it by 1 MiB or by one message. Default: 64 MiB.
  package var maximumBufferedBytes = 64 << 20
  /// ``RabbitMQConsumer/deliveries()`` returns deliveries up to the one that reaches this size in bytes. Default:
  /// 8 MiB.
  package var maximumBytesAtATime = 8 << 20
  /// The longest pause of reading. Well below the 30 seconds after which RabbitMQ closes a connection that takes no
  /// data. Default: 10 seconds.
  package var maximumPause: Duration = .seconds(10)

  package init() {}
}
