/// Decodes the broker's bytes into events. Pure: it does no I/O, and never waits.
package struct FrameDecoder {
  private var reader: FrameReader
  private var interpreter: FrameInterpreter

  /// - Parameters:
  ///   - generation: part of the tags of deliveries.
  ///   - maximumFrameBytes: what both sides agreed on; only header frames may be larger.
  package init(generation: UInt64, maximumFrameBytes: Int) {
    reader = FrameReader(maximumFrameBytes: maximumFrameBytes)
    interpreter = FrameInterpreter(generation: generation)
  }

  /// Where deliveries come from, for errors; nil if nothing is consumed.
  package var queue: String? {
    get { interpreter.queue }
    set { interpreter.queue = newValue }
  }

  /// Takes what has arrived, in pieces of any size, and appends the events that are now complete.
  ///
  /// - Throws: `protocolViolation`; events complete before that are appended. Nothing can be decoded afterwards.
  package mutating func decode(
    _ bytes: UnsafeRawBufferPointer, into events: inout [InboundEvent]
  ) throws(RabbitMQError) {
    try reader.read(bytes, &interpreter) { interpreter, piece throws(RabbitMQError) in
      if let event = try interpreter.interpret(piece) { events.append(event) }
    }
  }
}
