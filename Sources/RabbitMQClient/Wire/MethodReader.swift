internal import Messaging

/// Reads the arguments of a method, one after another. Pure.
///
/// Source: AMQP 0-9-1 specification, section 4.2.5 "AMQP Data Fields".
struct MethodReader {
  private var rest: Slice<UnsafeRawBufferPointer>
  /// Class and method, in the numbers of the specification: 0x003C003C is basic.deliver.
  let method: UInt32

  /// - Parameter payload: the payload of a method frame. It has to live as long as the reader.
  init(_ payload: UnsafeRawBufferPointer) throws(RabbitMQError) {
    var reader = MethodReader(rest: payload[...], method: 0)
    let method = try reader.read(UInt32.self)
    self.init(rest: reader.rest, method: method)
  }

  private init(rest: Slice<UnsafeRawBufferPointer>, method: UInt32) {
    self.rest = rest
    self.method = method
  }

  mutating func read<Number: FixedWidthInteger>(_: Number.Type) throws(RabbitMQError) -> Number {
    let size = MemoryLayout<Number>.size
    guard rest.count >= size else { throw truncated }
    defer { rest = rest.dropFirst(size) }
    return Number(bigEndian: UnsafeRawBufferPointer(rebasing: rest.prefix(size)).loadUnaligned(as: Number.self))
  }

  mutating func readString() throws(RabbitMQError) -> ShortString {
    let count = Int(try read(UInt8.self))
    guard rest.count >= count else { throw truncated }
    defer { rest = rest.dropFirst(count) }
    // A length of one byte is never too large.
    return ShortString(bytes: Array(rest.prefix(count))) ?? ""
  }

  /// Invalid UTF-8 is replaced: for texts meant for people.
  mutating func readText() throws(RabbitMQError) -> String { String(decoding: try readString().bytes, as: UTF8.self) }

  /// The lowest bit of the next byte.
  mutating func readBit() throws(RabbitMQError) -> Bool { try read(UInt8.self) & 1 != 0 }

  private var truncated: RabbitMQError {
    .protocolViolation("method \(method >> 16).\(method & 0xFFFF) without all of its arguments")
  }
}
