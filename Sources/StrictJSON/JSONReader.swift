/// A strict reader of JSON (RFC 8259): UTF-8 without byte order mark, no leniency. An escaped lone surrogate (half of a
/// surrogate pair), which the grammar allows, invalidates only the string that contains it
/// (``JSONValue/illFormedString(_:)``).
///
/// Why not the JSONDecoder of FoundationEssentials (Swift 6.3): it takes the first of two values with the same key,
/// accepts trailing commas, a byte order mark and UTF-16, rounds numbers to 38 digits, and treats keys as equal
/// although their bytes differ. A body that another service reads differently must not be accepted here, and the
/// fingerprint of a command covers the values of its data. (JSONDecoder also takes 20 times as long: commands would
/// spend more time in it than in all of our other code.)
package struct JSONReader {
  /// The deepest nesting of containers. A sender must not control how deep the reader recurses.
  package static let maximumDepth = 64

  package enum Problem: Error, Sendable, Equatable {
    case malformed(offset: Int)
    case nestedTooDeeply
    case numberOutOfRange
    case duplicateKey
  }

  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0
  /// The offsets of lone surrogates in the current string, each of which is encoded as three bytes.
  private var halves: [Int] = []

  /// Reads `bytes` as exactly one JSON value.
  package static func read(_ bytes: [UInt8]) throws(Problem) -> JSONValue {
    var reader = JSONReader(bytes: bytes)
    let value = try reader.value()
    reader.skipWhitespace()
    guard reader.position == bytes.count else { throw reader.malformed }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var malformed: Problem { .malformed(offset: position) }
  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipWhitespace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  /// Consumes `byte` if it is the next one.
  private mutating func take(_ byte: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: byte) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ byte: Unicode.Scalar) throws(Problem) {
    guard take(byte) else { throw malformed }
  }

  private mutating func value() throws(Problem) -> JSONValue {
    skipWhitespace()
    guard let byte = current else { throw malformed }
    switch Unicode.Scalar(byte) {
    case "{": return .object(try object())
    case "[": return .array(try array())
    case "\"": return try string()
    case "t": return try literal("true", .bool(true))
    case "f": return try literal("false", .bool(false))
    case "n": return try literal("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(Problem) -> JSONValue {
    let matches = text.withUTF8Buffer { bytes[position...].starts(with: $0) }
    guard matches else { throw malformed }
    position += text.utf8CodeUnitCount
    return value
  }

  private mutating func object() throws(Problem) -> JSONObject {
    try descend()
    try expect("{")
    var members: [JSONObject.Member] = []
    members.reserveCapacity(8)
    skipWhitespace()
    if !take("}") {
      repeat {
        skipWhitespace()
        let key = try key()
        skipWhitespace()
        try expect(":")
        members.append(JSONObject.Member(key: key, value: try value()))
        skipWhitespace()
      } while take(",")
      try expect("}")
    }
    depth -= 1
    guard let object = JSONObject(members) else { throw .duplicateKey }
    return object
  }

  private mutating func array() throws(Problem) -> [JSONValue] {
    try descend()
    try expect("[")
    var elements: [JSONValue] = []
    skipWhitespace()
    if !take("]") {
      repeat {
        elements.append(try value())
        skipWhitespace()
      } while take(",")
      try expect("]")
    }
    depth -= 1
    return elements
  }

  private mutating func descend() throws(Problem) {
    depth += 1
    guard depth <= Self.maximumDepth else { throw .nestedTooDeeply }
  }
}

// MARK: - Numbers

extension JSONReader {
  private mutating func number() throws(Problem) -> JSONNumber {
    let isNegative = take("-")
    let integer = try digits()
    guard integer.count == 1 || integer.first != UInt8(ascii: "0") else { throw malformed }
    let fraction = take(".") ? try digits() : []
    let exponent = take("e") || take("E") ? try writtenExponent() : 0
    let number = JSONNumber(isNegative: isNegative, integer: integer, fraction: fraction, exponent: exponent)
    guard number.isInRange else { throw .numberOutOfRange }
    return number
  }

  private mutating func digits() throws(Problem) -> ArraySlice<UInt8> {
    let start = position
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    guard position > start else { throw malformed }
    return bytes[start..<position]
  }

  private mutating func writtenExponent() throws(Problem) -> Int {
    let isNegative = take("-")
    if !isNegative { _ = take("+") }
    var exponent = 0
    for digit in try digits() {
      exponent = exponent * 10 + Int(digit - UInt8(ascii: "0"))
      guard exponent <= JSONNumber.maximumExponent else { throw .numberOutOfRange }
    }
    return isNegative ? -exponent : exponent
  }
}

// MARK: - Strings

extension JSONReader {
  /// A key. A key with a lone surrogate, which the worker never looks up, is replaced by a text made from its bytes.
  private mutating func key() throws(Problem) -> String {
    switch try string() {
    case .string(let text): return text
    case .illFormedString(let bytes): return "\0" + bytes.map { String($0, radix: 16) }.joined(separator: " ")
    default: throw malformed
    }
  }

  private mutating func string() throws(Problem) -> JSONValue {
    try expect("\"")
    halves = []
    let start = position
    var unescaped: [UInt8]?
    var isASCII = true
    skipPlainText()
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = text(unescaped.map { $0[...] } ?? bytes[start..<position], isASCII: isASCII) else {
          throw malformed
        }
        position += 1
        return halves.isEmpty ? .string(text) : .illFormedString(unescaped ?? [])
      case UInt8(ascii: "\\"):
        if unescaped == nil { unescaped = Array(bytes[start..<position]) }
        isASCII = false
        position += 1
        let escaped = try escape(at: unescaped?.count ?? 0)
        unescaped?.append(contentsOf: escaped)
      case 0..<0x20: throw malformed
      default:
        unescaped?.append(byte)
        if byte >= 0x80 { isASCII = false }
        position += 1
      }
    }
    throw malformed
  }

  /// Skips unescaped ASCII: most strings consist of nothing else.
  private mutating func skipPlainText() {
    var end = position
    bytes.withUnsafeBufferPointer { bytes in
      while end < bytes.count, Self.isPlain(bytes[end]) { end += 1 }
    }
    position = end
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x80 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }

  /// - Returns: nil if the bytes are not UTF-8. ASCII always is, and is not checked again.
  private func text(_ bytes: ArraySlice<UInt8>, isASCII: Bool) -> String? {
    guard isASCII else { return String(validating: halves.isEmpty ? bytes : withoutHalves(bytes), as: UTF8.self) }
    return bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }

  private func withoutHalves(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = Array(bytes)
    for half in halves { bytes.replaceSubrange(half..<half + 3, with: "\u{FFFD}".utf8) }
    return bytes[...]
  }

  /// The escaped character after a backslash, as UTF-8; a lone surrogate as three bytes.
  ///
  /// - Parameter index: the number of bytes of the string before the character.
  private mutating func escape(at index: Int) throws(Problem) -> [UInt8] {
    guard let byte = current else { throw malformed }
    position += 1
    switch Unicode.Scalar(byte) {
    case "\"", "\\", "/": return [byte]
    case "b": return [0x08]
    case "f": return [0x0C]
    case "n": return [0x0A]
    case "r": return [0x0D]
    case "t": return [0x09]
    case "u":
      let unit = try codeUnit()
      if let scalar = try scalar(unit) { return Array(String(scalar).utf8) }
      halves.append(index)
      return [0xED, UInt8(truncatingIfNeeded: unit >> 6 & 0x3F | 0x80), UInt8(truncatingIfNeeded: unit & 0x3F | 0x80)]
    default: throw malformed
    }
  }

  /// The scalar of one `\u` escape, or of two that form a surrogate pair; nil for a lone surrogate, which isn't a
  /// character.
  private mutating func scalar(_ first: UInt16) throws(Problem) -> Unicode.Scalar? {
    if let scalar = Unicode.Scalar(first) { return scalar }
    let end = position
    if UTF16.isLeadSurrogate(first), take("\\"), take("u") {
      let second = try codeUnit()
      if UTF16.isTrailSurrogate(second) { return UTF16.decode(UTF16.EncodedScalar([first, second])) }
    }
    // What follows a lone surrogate is a character of its own.
    position = end
    return nil
  }

  private mutating func codeUnit() throws(Problem) -> UInt16 {
    guard position + 4 <= bytes.count else { throw malformed }
    var unit: UInt16 = 0
    for byte in bytes[position..<position + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { throw malformed }
      unit = unit << 4 | UInt16(digit)
    }
    position += 4
    return unit
  }
}
