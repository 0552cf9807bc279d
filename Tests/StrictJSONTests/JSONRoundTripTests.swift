import FoundationEssentials
import StrictJSON
import TestFixtures
import Testing

/// Random valid documents: what we read is what Foundation reads, and what we write both read back.
@Suite struct JSONRoundTripTests {
  @Test func `a random document is read as Foundation reads it`() throws {
    var random = SeededRandom(seed: 7)
    for _ in 0..<400 {
      let text = RandomDocument.text(depth: 4, using: &random)
      let ours = try JSONReader.read(Array(text.utf8))
      let theirs = try JSONDecoder().decode(FoundationValue.self, from: Data("[\(text)]".utf8))
      #expect(theirs.isList(of: ours), "\(text)")
    }
  }

  @Test func `a written value is read back as the same value, and written again in the same bytes`() throws {
    var random = SeededRandom(seed: 8)
    for _ in 0..<400 {
      let value = try JSONReader.read(Array(RandomDocument.text(depth: 4, using: &random).utf8))
      var writer = JSONWriter()
      writer.value(value)
      let again = try JSONReader.read(writer.bytes)
      #expect(again == value)
      var second = JSONWriter()
      second.value(again)
      #expect(second.bytes == writer.bytes)
    }
  }

  @Test func `every scalar below U+0300 and some above survive writing, and Foundation agrees`() throws {
    for value in Array(0..<0x300) + [0x2028, 0xD7FF, 0xE000, 0xFFFE, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF] as [UInt32] {
      let text = "a\(try #require(Unicode.Scalar(value)))b"
      var writer = JSONWriter()
      writer.value(.string(text))
      #expect(try JSONReader.read(writer.bytes) == .string(text))
      #expect(try JSONDecoder().decode([String].self, from: Data("[".utf8 + writer.bytes + "]".utf8)) == [text])
      #expect(writer.bytes.allSatisfy { $0 >= 0x20 })
    }
  }
}

/// A document as Foundation reads it.
private enum FoundationValue: Decodable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([FoundationValue])
  case object([String: FoundationValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let bool = try? container.decode(Bool.self) {
      self = .bool(bool)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let string = try? container.decode(String.self) {
      self = .string(string)
    } else if let array = try? container.decode([FoundationValue].self) {
      self = .array(array)
    } else {
      self = .object(try container.decode([String: FoundationValue].self))
    }
  }

  func isList(of value: JSONValue) -> Bool {
    if case .array(let elements) = self, elements.count == 1 { elements[0].is(value) } else { false }
  }

  private func `is`(_ value: JSONValue) -> Bool {
    switch (self, value) {
    case (.null, .null): true
    case (.bool(let one), .bool(let other)): one == other
    case (.number(let one), .number):
      // Through our own form of the number.
      Double(Self.spelling(of: value)) == one
    case (.string(let one), .string(let other)): one.utf8.elementsEqual(other.utf8)
    case (.array(let one), .array(let other)): one.count == other.count && zip(one, other).allSatisfy { $0.is($1) }
    case (.object(let one), .object(let other)):
      one.count == other.members.count && other.members.allSatisfy { one[$0.key]?.is($0.value) ?? false }
    default: false
    }
  }

  private static func spelling(of number: JSONValue) -> String {
    var writer = JSONWriter()
    writer.value(number)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
