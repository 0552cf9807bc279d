internal import CRabbitMQ

/// Bytes that librabbitmq owns: they live until the buffers of their channel are released, so everything here copies.
extension amqp_bytes_t {
  var buffer: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: bytes?.assumingMemoryBound(to: UInt8.self), count: bytes == nil ? 0 : len)
  }

  /// Invalid UTF-8 is replaced: for texts meant for people.
  var text: String { String(decoding: buffer, as: UTF8.self) }
}
