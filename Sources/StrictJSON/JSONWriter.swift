/// Writes JSON, with members in the order of the calls, so that the same value always has the same bytes.
package struct JSONWriter: ~Copyable {
  private var sink: ByteSink
  /// Whether the current object or array is still empty, so that no comma is needed.
  private var isFirst = true

  /// - Parameter capacity: the initial capacity in bytes.
  package init(capacity: Int = 1024) { sink = ByteSink(capacity: capacity) }

  /// The bytes written so far.
  package var bytes: [UInt8] { sink.bytes }

  package mutating func object(_ members: (inout JSONWriter) -> Void) { container("{", "}", members) }

  package mutating func object(_ key: StaticString, _ members: (inout JSONWriter) -> Void) {
    self.key(key)
    object(members)
  }

  package mutating func array<Element>(
    _ key: StaticString, _ elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void
  ) {
    self.key(key)
    container("[", "]") { writer in
      for element in elements {
        writer.separate()
        write(&writer, element)
        writer.isFirst = false
      }
    }
  }

  package mutating func member(_ key: StaticString, _ value: String) {
    self.key(key)
    string(value)
  }

  /// Writes null if there is no value.
  package mutating func member(_ key: StaticString, orNull value: String?) {
    self.key(key)
    if let value { string(value) } else { raw("null") }
  }

  /// - Parameter plain: the bytes of a string that needs no escaping.
  package mutating func member(_ key: StaticString, plain: UnsafeBufferPointer<UInt8>) {
    self.key(key)
    sink.append(quoted: plain)
  }

  package mutating func null(_ key: StaticString) {
    self.key(key)
    raw("null")
  }

  package mutating func member(_ key: StaticString, _ value: Bool) {
    self.key(key)
    raw(value ? "true" : "false")
  }

  package mutating func member(_ key: StaticString, _ value: some BinaryInteger) {
    self.key(key)
    text(String(value))
  }

  package mutating func member(_ key: StaticString, _ value: JSONValue) {
    self.key(key)
    self.value(value)
  }

  package mutating func value(_ value: JSONValue) {
    switch value {
    case .null: raw("null")
    case .bool(let bool): raw(bool ? "true" : "false")
    case .number(let number): text(number.canonicalText)
    case .string(let text): string(text)
    // Not valid UTF-8. Meant for fingerprints, where the bytes only have to differ from those of every text.
    case .illFormedString(let bytes): bytes.withUnsafeBufferPointer { string($0) }
    case .array(let elements):
      container("[", "]") { writer in
        for element in elements {
          writer.separate()
          writer.value(element)
          writer.isFirst = false
        }
      }
    case .object(let object):
      container("{", "}") { writer in
        for member in object.members {
          writer.separate()
          writer.string(member.key)
          writer.raw(":")
          writer.value(member.value)
          writer.isFirst = false
        }
      }
    }
  }
}

extension JSONWriter {
  private mutating func container(_ open: StaticString, _ close: StaticString, _ content: (inout JSONWriter) -> Void) {
    raw(open)
    isFirst = true
    content(&self)
    isFirst = false
    raw(close)
  }

  private mutating func key(_ key: StaticString) {
    separate()
    key.withUTF8Buffer { sink.append(quoted: $0) }
    sink.append(UInt8(ascii: ":"))
    isFirst = false
  }

  private mutating func separate() {
    if !isFirst { sink.append(UInt8(ascii: ",")) }
  }

  private mutating func raw(_ text: StaticString) {
    text.withUTF8Buffer { sink.append($0) }
  }

  private mutating func text(_ text: String) {
    var text = text
    text.withUTF8 { sink.append($0) }
  }

  private mutating func string(_ text: String) {
    var text = text
    text.withUTF8 { string($0) }
  }

  private mutating func string(_ utf8: UnsafeBufferPointer<UInt8>) {
    guard utf8.contains(where: Self.needsEscape) else { return sink.append(quoted: utf8) }
    sink.append(UInt8(ascii: "\""))
    var start = 0
    for index in utf8.indices where Self.needsEscape(utf8[index]) {
      sink.append(UnsafeBufferPointer(rebasing: utf8[start..<index]))
      escape(utf8[index])
      start = index + 1
    }
    sink.append(UnsafeBufferPointer(rebasing: utf8[start...]))
    sink.append(UInt8(ascii: "\""))
  }

  private static func needsEscape(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x22 || byte == 0x5C }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case 0x22: raw("\\\"")
    case 0x5C: raw("\\\\")
    case 0x0A: raw("\\n")
    case 0x0D: raw("\\r")
    case 0x09: raw("\\t")
    default:
      raw("\\u00")
      let digits = Array("0123456789abcdef".utf8)
      sink.append(digits[Int(byte >> 4)])
      sink.append(digits[Int(byte & 15)])
    }
  }
}
