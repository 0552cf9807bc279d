/// A decoded value in a header table, for people and programs that inspect a message.
///
/// Source: AMQP 0-9-1 section 4.2.5.5, with RabbitMQ's kinds (https://www.rabbitmq.com/amqp-0-9-1-errata).
package indirect enum HeaderValue: Sendable, Equatable {
  case void
  case boolean(Bool)
  case integer(Int64)
  case unsigned(UInt64)
  case float(Float)
  case double(Double)
  /// The value is the number divided by ten to the power of `scale`.
  case decimal(scale: UInt8, Int32)
  /// Seconds since 1970.
  case timestamp(UInt64)
  /// A long string; it need not be UTF-8.
  case string([UInt8])
  case bytes([UInt8])
  case array([HeaderValue])
  case table([Field])

  /// A name may occur more than once in a table, and need not be UTF-8.
  package struct Field: Sendable, Equatable {
    package let name: [UInt8]
    package let value: HeaderValue

    package init(name: [UInt8], value: HeaderValue) {
      self.name = name
      self.value = value
    }
  }
}

extension HeaderTable {
  /// Tables nested more deeply are not decoded.
  package static let maximumDepth = 64

  /// The entries in their order; nil if the bytes aren't a table, or are nested too deeply.
  package func fields() -> [HeaderValue.Field]? {
    var decoder = HeaderDecoder(rest: entries[...])
    return decoder.fields(depth: 0)
  }
}

/// Each of its methods returns nil if the bytes don't hold the requested item.
private struct HeaderDecoder {
  var rest: ArraySlice<UInt8>

  mutating func fields(depth: Int) -> [HeaderValue.Field]? {
    guard depth < HeaderTable.maximumDepth else { return nil }
    var fields: [HeaderValue.Field] = []
    while !rest.isEmpty {
      guard let length: UInt8 = number(), let name = take(Int(length)), let value = value(depth: depth) else {
        return nil
      }
      fields.append(HeaderValue.Field(name: Array(name), value: value))
    }
    return fields
  }

  private mutating func value(depth: Int) -> HeaderValue? {
    guard let kind = rest.popFirst() else { return nil }
    return switch Unicode.Scalar(kind) {
    case "V": .void
    case "t": (number() as UInt8?).map { .boolean($0 != 0) }
    case "b": (number() as Int8?).map { .integer(Int64($0)) }
    case "B": (number() as UInt8?).map { .unsigned(UInt64($0)) }
    case "s": (number() as Int16?).map { .integer(Int64($0)) }
    case "u": (number() as UInt16?).map { .unsigned(UInt64($0)) }
    case "I": (number() as Int32?).map { .integer(Int64($0)) }
    case "i": (number() as UInt32?).map { .unsigned(UInt64($0)) }
    case "l", "L": (number() as Int64?).map { .integer($0) }
    case "f": (number() as UInt32?).map { .float(Float(bitPattern: $0)) }
    case "d": (number() as UInt64?).map { .double(Double(bitPattern: $0)) }
    case "T": (number() as UInt64?).map { .timestamp($0) }
    case "D": decimal()
    case "S": counted().map { .string(Array($0)) }
    case "x": counted().map { .bytes(Array($0)) }
    case "F": nested { $0.fields(depth: depth + 1).map { .table($0) } }
    case "A": nested { $0.values(depth: depth + 1).map { .array($0) } }
    default: nil
    }
  }

  private mutating func values(depth: Int) -> [HeaderValue]? {
    guard depth < HeaderTable.maximumDepth else { return nil }
    var values: [HeaderValue] = []
    while !rest.isEmpty {
      guard let value = value(depth: depth) else { return nil }
      values.append(value)
    }
    return values
  }

  private mutating func decimal() -> HeaderValue? {
    guard let scale: UInt8 = number(), let digits: Int32 = number() else { return nil }
    return .decimal(scale: scale, digits)
  }

  private mutating func nested(_ decode: (inout HeaderDecoder) -> HeaderValue?) -> HeaderValue? {
    guard let bytes = counted() else { return nil }
    var inner = HeaderDecoder(rest: bytes)
    return decode(&inner)
  }

  private mutating func counted() -> ArraySlice<UInt8>? {
    guard let count: UInt32 = number() else { return nil }
    return take(Int(count))
  }

  private mutating func number<Number: FixedWidthInteger>() -> Number? {
    take(MemoryLayout<Number>.size)?.reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
  }

  private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard rest.count >= count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }
}
