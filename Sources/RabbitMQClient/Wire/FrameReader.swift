/// Splits arriving bytes into frames, however they are chunked. Pure: bytes in, pieces of frames out.
///
/// librabbitmq refuses a frame whose payload is larger than the agreed frame size less 8 bytes, and decodes header
/// tables recursively. RabbitMQ accepts headers of the whole frame size, adds headers of its own on redelivery, never
/// splits a header frame (`rabbit_binary_generator`), and delivers even larger headers if the message did not come over
/// AMQP 0-9-1. A message that can be in the queue must not end the connection of its consumer.
///
/// Source: AMQP 0-9-1 specification, section 4.2.3 "General Frame Format".
struct FrameReader {
  /// A piece of a frame. The bytes live as long as the call that passes them on.
  enum Piece {
    case method(channel: UInt16, UnsafeRawBufferPointer)
    case header(channel: UInt16, UnsafeRawBufferPointer)
    /// Part of a body frame, which is not kept here.
    case fragment(channel: UInt16, UnsafeRawBufferPointer)
    /// The end of a body frame.
    case endOfBody(channel: UInt16)
  }

  typealias Handler<State> = (inout State, Piece) throws(RabbitMQError) -> Void

  /// The broker's own message limit; a larger header frame can't come from the broker. Data that has not arrived takes
  /// no memory.
  static let maximumHeaderBytes = 512 << 20
  /// Larger memory is given back after use.
  private static let keptBytes = 64 << 10
  /// Kind, channel and size.
  private static let frontBytes = 7
  private static let end: UInt8 = 0xCE

  private struct Front {
    let kind: Kind
    let channel: UInt16
    let size: Int
  }

  private enum Kind: UInt8 {
    case method = 1
    case header = 2
    case body = 3
    case heartbeat = 8
  }

  /// The largest payload of a frame other than a header.
  private let maximumPayloadBytes: Int
  /// The current frame; nil before its front is complete.
  private var front: Front?
  /// The part that has arrived of a front, or of a payload with its end octet that is passed on as a whole.
  private var partial: [UInt8] = []
  /// How much of a body frame has been passed on.
  private var handedOver = 0

  /// - Parameter maximumFrameBytes: what both sides agreed on.
  init(maximumFrameBytes: Int) { maximumPayloadBytes = maximumFrameBytes }

  /// Takes everything that has arrived, and passes on the pieces in order.
  ///
  /// - Parameter state: passed to `handle`, which may change it.
  /// - Throws: `protocolViolation`, and what `handle` throws; nothing more can be read afterwards.
  mutating func read<State>(
    _ bytes: UnsafeRawBufferPointer, _ state: inout State, _ handle: Handler<State>
  ) throws(RabbitMQError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      if let front {
        if front.kind == .body {
          try readBody(front, &rest, &state, handle)
        } else {
          try readWhole(front, &rest, &state, handle)
        }
      } else {
        try readFront(&rest)
      }
    }
  }

  private mutating func readFront(_ rest: inout Slice<UnsafeRawBufferPointer>) throws(RabbitMQError) {
    partial.append(contentsOf: take(Self.frontBytes - partial.count, &rest))
    guard partial.count == Self.frontBytes else { return }
    let size = partial[3..<7].reduce(0) { $0 << 8 | Int($1) }
    let channel = UInt16(partial[1]) << 8 | UInt16(partial[2])
    guard let kind = Kind(rawValue: partial[0]) else {
      throw .protocolViolation("a frame of the unknown kind \(partial[0])")
    }
    guard size <= (kind == .header ? Self.maximumHeaderBytes : maximumPayloadBytes) else {
      throw .protocolViolation("a \(kind) frame of \(size) bytes on channel \(channel)")
    }
    front = Front(kind: kind, channel: channel, size: size)
    partial.removeAll(keepingCapacity: true)
  }

  /// Body frames are passed on as they come: their bytes are copied once, to their final place.
  private mutating func readBody<State>(
    _ front: Front, _ rest: inout Slice<UnsafeRawBufferPointer>, _ state: inout State, _ handle: Handler<State>
  ) throws(RabbitMQError) {
    let fragment = take(front.size - handedOver, &rest)
    handedOver += fragment.count
    if !fragment.isEmpty { try handle(&state, .fragment(channel: front.channel, fragment)) }
    guard handedOver == front.size, let last = rest.popFirst() else { return }
    try checkEnd(last)
    handedOver = 0
    self.front = nil
    try handle(&state, .endOfBody(channel: front.channel))
  }

  private mutating func readWhole<State>(
    _ front: Front, _ rest: inout Slice<UnsafeRawBufferPointer>, _ state: inout State, _ handle: Handler<State>
  ) throws(RabbitMQError) {
    let piece = take(front.size + 1 - partial.count, &rest)
    // Most frames arrive whole, and need not be copied.
    if piece.count == front.size + 1 { return try finish(front, piece, &state, handle) }
    partial.append(contentsOf: piece)
    guard partial.count == front.size + 1 else { return }
    var whole: [UInt8] = []
    swap(&whole, &partial)
    try whole.withUnsafeBufferPointer { bytes throws(RabbitMQError) in
      try finish(front, UnsafeRawBufferPointer(bytes), &state, handle)
    }
    guard whole.capacity <= Self.keptBytes else { return }
    whole.removeAll(keepingCapacity: true)
    swap(&whole, &partial)
  }

  /// - Parameter frame: the payload and the end octet.
  private mutating func finish<State>(
    _ front: Front, _ frame: UnsafeRawBufferPointer, _ state: inout State, _ handle: Handler<State>
  ) throws(RabbitMQError) {
    try checkEnd(frame[front.size])
    self.front = nil
    let payload = UnsafeRawBufferPointer(rebasing: frame[..<front.size])
    switch front.kind {
    case .method: try handle(&state, .method(channel: front.channel, payload))
    case .header: try handle(&state, .header(channel: front.channel, payload))
    case .body, .heartbeat: break
    }
  }

  private func checkEnd(_ octet: UInt8) throws(RabbitMQError) {
    guard octet == Self.end else { throw .protocolViolation("a frame that does not end at its stated length") }
  }

  private func take(_ count: Int, _ rest: inout Slice<UnsafeRawBufferPointer>) -> UnsafeRawBufferPointer {
    let piece = rest.prefix(count)
    rest = rest.dropFirst(count)
    return UnsafeRawBufferPointer(rebasing: piece)
  }
}
