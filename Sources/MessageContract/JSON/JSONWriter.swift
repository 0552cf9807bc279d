/// Writes JSON with the members in the order in which they are written, so that the same value has the same bytes.
package struct JSONWriter {
  package private(set) var bytes: [UInt8] = []
  /// Nothing stands yet in the object or array that is being written.
  private var isFirst = true

  package init(capacity: Int = 512) { bytes.reserveCapacity(capacity) }

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

  /// Writes null where there is no value.
  package mutating func member(_ key: StaticString, orNull value: String?) {
    self.key(key)
    if let value { string(value) } else { raw("null") }
  }

  package mutating func member(_ key: StaticString, _ value: Bool) {
    self.key(key)
    raw(value ? "true" : "false")
  }

  package mutating func member(_ key: StaticString, _ value: some BinaryInteger) {
    self.key(key)
    bytes.append(contentsOf: String(value).utf8)
  }

  package mutating func member(_ key: StaticString, _ value: JSONValue) {
    self.key(key)
    self.value(value)
  }

  package mutating func value(_ value: JSONValue) {
    switch value {
    case .null: raw("null")
    case .bool(let bool): raw(bool ? "true" : "false")
    case .number(let number): bytes.append(contentsOf: number.canonicalText.utf8)
    case .string(let text): string(text)
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
    raw("\"")
    raw(key)
    raw("\":")
    isFirst = false
  }

  private mutating func separate() {
    if !isFirst { raw(",") }
  }

  private mutating func raw(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  private mutating func string(_ text: String) {
    var text = text
    raw("\"")
    text.withUTF8 { utf8 in
      var start = 0
      for (index, byte) in utf8.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<index]))
        escape(byte)
        start = index + 1
      }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start...]))
    }
    raw("\"")
  }

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
      bytes.append(digits[Int(byte >> 4)])
      bytes.append(digits[Int(byte & 15)])
    }
  }
}
