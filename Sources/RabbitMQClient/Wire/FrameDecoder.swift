/// What the broker's bytes say, from the socket to the events. Pure: it reads nothing, and waits for nothing.
package struct FrameDecoder {
  private var reader: FrameReader
  private var interpreter: FrameInterpreter

  /// - Parameters:
  ///   - generation: stands in the tags of deliveries.
  ///   - maximumFrameBytes: what both sides agreed on; only header frames may be larger.
  package init(generation: UInt64, maximumFrameBytes: Int) {
    reader = FrameReader(maximumFrameBytes: maximumFrameBytes)
    interpreter = FrameInterpreter(generation: generation)
  }

  /// Where deliveries come from, for errors; nil where nothing is consumed.
  package var queue: String? {
    get { interpreter.queue }
    set { interpreter.queue = newValue }
  }

  /// Takes what has arrived, in pieces of any size, and appends what is complete with it.
  ///
  /// - Throws: `protocolViolation`; what was complete before that is appended. Nothing can be decoded after it.
  package mutating func decode(
    _ bytes: UnsafeRawBufferPointer, into events: inout [InboundEvent]
  ) throws(RabbitMQError) {
    try reader.read(bytes, &interpreter) { interpreter, piece throws(RabbitMQError) in
      if let event = try interpreter.interpret(piece) { events.append(event) }
    }
  }
}
