import StrictJSON
import Testing

/// Cases modelled on JSONTestSuite (https://github.com/nst/JSONTestSuite): y_ is accepted, n_ is refused.
@Suite struct JSONReaderTests {
  private func problem(_ bytes: [UInt8]) -> JSONReader.Problem? {
    do throws(JSONReader.Problem) {
      _ = try JSONReader.read(bytes)
      return nil
    } catch {
      return error
    }
  }

  private func isMalformed(_ bytes: [UInt8]) -> Bool {
    if case .malformed = problem(bytes) { true } else { false }
  }

  @Test(arguments: [
    "null", "true", "false", "0", "-0", "1", "-1", "123456789012345678901234567890", "1.5", "0.0", "-0.25", "1e5",
    "1E+5", "1e-5", "0e0", "0e+1", "1.5e300", "1e00005", "\"\"", "\"a\"", "\" \"", "[]", "{}", "[[]]", "[{}]",
    "{\"\":0}",
    "[1]", "[1,2]", "[null,true,false]", " [ 1 , 2 ] ", "\t\n\r {} \t\n\r", "{\"a\":1}", "{\"a\":{\"b\":[{}]}}",
    "{\"a\":1,\"b\":2}", "{\"a\":1,\"A\":2}", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0041\"", "\"\\u00e9\\u00E9\"",
    "\"\\uD83D\\uDE00\"", "\"\\ud83d\\ude00\"", "\"\\u0000\"", "\"\\uFFFF\"", "\"\\uFDD0\"", "\"\u{7F}\"",
    "\"\u{2028}\"",
    "\"é漢😀\"", "\"\u{10FFFF}\"", "\"\\u2028\"", "[\"\\uDBFF\\uDFFF\"]", "\"/\"", "\"\\\\u0041\"",
  ])
  func `a document of the standard is accepted`(text: String) {
    #expect(problem(Array(text.utf8)) == nil)
  }

  @Test(arguments: [
    "", " ", "nul", "nulll", "Null", "NULL", "tru", "truee", "falsy", "undefined", "NaN", "Infinity", "-Infinity",
    "nan",
    "+1", "-", "--1", "01", "-01", "00", "1.", ".5", "-.5", "1.e5", "1e", "1e+", "1E-", "0e", "0.e1", "1.5.5", "1e5.5",
    "0x1", "1_000", "1 000", "1a", "0b1", "１", "1e+-5", "- 1", "\"", "\"a", "a\"", "'a'", "\"\\\"", "\"\\", "\"\\x41\"",
    "\"\\a\"", "\"\\'\"", "\"\\0\"", "\"\\U0041\"", "\"\\u\"", "\"\\u004\"", "\"\\u00g1\"", "\"\\u00 1\"",
    "\"\\u+041\"",
    "\"\\u００４１\"", "\"\\\u{1F600}\"", "\"\t\"", "\"\n\"", "\"\r\"", "\"\0\"", "\"\u{1F}\"", "\"\\\n\"",
    "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", "[1;2]", "[1]]", "[1}", "[\"a\"", "[1:2]", "[] []",
    "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,\"a\":1}", "{,}", "{\"a\":1,,\"b\":2}",
    "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{[]:1}", "{\"a\" 1}", "{\"a\"=1}", "{\"a\":1 \"b\":2}", "{\"a\"::1}",
    "{\"a\":1]", "{\"a\",1}", "{} {}", "{}x", "{}{", "{}\0", "\0", "\0{}", "1 2", "true false", "// c\n1", "/* c */ 1",
    "1 // c",
    "# c\n1", "\u{FEFF}{}", "\u{A0}{}", "\u{2028}{}", "\u{0B}1", "\u{0C}1", "\u{85}1", "[\u{0C}]", "{}\u{FEFF}",
    "<null>", "*", "\\u0031",
  ])
  func `a document that breaks the grammar is refused`(text: String) {
    #expect(isMalformed(Array(text.utf8)))
  }

  @Test(arguments: [
    ("\u{212A}", "K"), ("\u{37E}", ";"), ("\u{1FEF}", "`"), ("type\u{301}", "type"), ("Type", "type"),
  ])
  func `a member is found only under the exact bytes of its key, even if Swift considers other texts equal`(
    key: String, asked: String
  ) throws {
    let document = try JSONReader.read(Array("{\"\(key)\":1,\"parent_workspace_id\":2}".utf8))
    guard case .object(let object) = document else { throw JSONReader.Problem.malformed(offset: 0) }
    #expect(object[asked] == nil)
    #expect(object["parent_workspace_id"] != nil)
  }

  @Test(
    arguments: [
      ("\\uD83D", [0xED, 0xA0, 0xBD]), ("\\uDE00", [0xED, 0xB8, 0x80]),
      ("\\uDE00\\uD83D", [0xED, 0xB8, 0x80, 0xED, 0xA0, 0xBD]),
      ("\\uD83D\\uD83D", [0xED, 0xA0, 0xBD, 0xED, 0xA0, 0xBD]), ("\\uD83Dx", [0xED, 0xA0, 0xBD, 0x78]),
      ("\\uD83D\\n", [0xED, 0xA0, 0xBD, 0x0A]), ("\\uD83D\\u0041", [0xED, 0xA0, 0xBD, 0x41]),
      ("\\uDC00", [0xED, 0xB0, 0x80]),
      ("\\uD83D😀", [0xED, 0xA0, 0xBD, 0xF0, 0x9F, 0x98, 0x80]),
      ("\\uD83D\\uDE00\\uD83D", [0xF0, 0x9F, 0x98, 0x80, 0xED, 0xA0, 0xBD]),
    ] as [(String, [UInt8])])
  func `half a surrogate pair is never a character, and spoils only its own string`(
    escapes: String, bytes: [UInt8]
  ) throws {
    let value = try JSONReader.read(Array("[\"\(escapes)\",\"x\"]".utf8))
    #expect(value == .array([.illFormedString(bytes), .string("x")]))
  }

  @Test(arguments: [
    "\\uD83D\\", "\\uD83D\\u", "\\uD83D\\uDE0", "\\uD83D\\x",
  ])
  func `a truncated escape is malformed, also after half a surrogate pair`(escapes: String) {
    #expect(isMalformed(Array("\"\(escapes)\"".utf8)))
  }

  @Test(
    arguments: [
      [0x80], [0xBF], [0xC3], [0xC3, 0x28], [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xF0, 0x9F, 0x98], [0xFE], [0xFF],
      [0xC0, 0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0xAF], [0xE0, 0x9F, 0xBF], [0xF0, 0x80, 0x80, 0xAF],
      [0xF0, 0x8F, 0xBF, 0xBF], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],
      [0xFC, 0x84, 0x80, 0x80, 0x80, 0x80],
      [0xC3, 0xC3, 0xA9], [0xA9, 0xC3],
    ] as [[UInt8]])
  func `bytes that are not UTF-8 are refused in strings, and everywhere else`(bytes: [UInt8]) {
    let quote: [UInt8] = [0x22]
    #expect(isMalformed(quote + bytes + quote))
    #expect(isMalformed(quote + Array("\\n".utf8) + bytes + quote), "behind an escape")
    #expect(isMalformed(quote + bytes + Array("\\u00e9".utf8) + quote), "before an escape")
    #expect(isMalformed(Array("{\"".utf8) + bytes + Array("\":1}".utf8)), "in a key")
    #expect(isMalformed(bytes + Array("1".utf8)))
    #expect(isMalformed(Array("1".utf8) + bytes))
  }

  @Test func `other encodings are refused, with and without a byte order mark`() {
    let text = "{\"a\":1}"
    let littleEndian = text.utf16.flatMap { (unit: UInt16) -> [UInt8] in
      [UInt8(truncatingIfNeeded: unit), UInt8(unit >> 8)]
    }
    let bigEndian = text.utf16.flatMap { (unit: UInt16) -> [UInt8] in
      [UInt8(unit >> 8), UInt8(truncatingIfNeeded: unit)]
    }
    let utf32 = text.utf8.flatMap { (byte: UInt8) -> [UInt8] in [byte, 0, 0, 0] }
    for bytes in [
      littleEndian, bigEndian, utf32, [0xFF, 0xFE] + littleEndian, [0xFE, 0xFF] + bigEndian,
      [0xEF, 0xBB, 0xBF] + Array(text.utf8),
    ] {
      #expect(isMalformed(bytes))
    }
  }

  @Test func `a truncated document is refused`() {
    let document = Array(#"{"a":[1,-2.5e+3,"x\u00e9\ud83d\ude00é😀",{"b":null}],"c":true,"d":{"e":false}} "#.utf8)
    #expect(problem(document) == nil)
    for length in 0..<(document.count - 1) {
      #expect(isMalformed(Array(document[..<length])), "after \(length) bytes")
    }
  }

  @Test(arguments: ["[", "{\"a\":"])
  func `64 levels are read, the 65th is refused, and so are 100,000`(open: String) {
    func nested(_ levels: Int) -> [UInt8] {
      let close = open == "[" ? "]" : "}"
      return Array((String(repeating: open, count: levels) + "0" + String(repeating: close, count: levels)).utf8)
    }
    #expect(problem(nested(64)) == nil)
    #expect(problem(nested(65)) == .nestedTooDeeply)
    #expect(problem(nested(100_000)) == .nestedTooDeeply)
    #expect(problem(Array(String(repeating: open, count: 100_000).utf8)) == .nestedTooDeeply)
    #expect(
      problem(Array(("[" + Array(repeating: "[[]]", count: 1000).joined(separator: ",") + "]").utf8)) == nil,
      "wide is not deep")
  }

  @Test(arguments: [
    #"{"a":1,"a":1}"#, #"{"a":1,"b":2,"a":3}"#, #"{"a":1,"\u0061":2}"#, #"{"\u0061":1,"\u0061":2}"#,
    #"{"é":1,"\u00e9":2}"#, #"{"😀":1,"\ud83d\ude00":2}"#, #"{"":1,"":2}"#, #"{"/":1,"\/":2}"#, #"{"\n":1,"\u000a":2}"#,
    #"[{"x":{"a":1,"a":null}}]"#, #"{"data":{"k":1,"k":1}}"#,
  ])
  func `a duplicate key is refused, in any spelling and at any place`(text: String) {
    #expect(problem(Array(text.utf8)) == .duplicateKey)
  }

  @Test(arguments: [
    "{\"\u{E9}\":1,\"e\u{301}\":2}", "{\"\u{C5}\":1,\"\u{212B}\":2}", "{\"a\":1,\"a\\u0000\":2}", "{\"a\":1,\"A\":2}",
    "{\"a\":1,\"a \":2}",
  ])
  func `keys that differ in bytes are two keys`(text: String) throws {
    guard case .object(let object) = try JSONReader.read(Array(text.utf8)) else {
      Issue.record("no object")
      return
    }
    #expect(object.members.count == 2)
    #expect(object.members.map(\.value) != [object.members[0].value, object.members[0].value])
  }

  @Test func `escapes are the characters that they stand for`() throws {
    let value = try JSONReader.read(Array(#""\"\\\/\b\f\n\r\t\u0000\u00e9\uFFFF\ud83d\ude00\u2028x""#.utf8))
    guard case .string(let text) = value else {
      Issue.record("no string")
      return
    }
    #expect(Array(text.utf8) == Array("\"\\/\u{8}\u{C}\n\r\t\0\u{E9}\u{FFFF}😀\u{2028}x".utf8))
  }

  @Test(arguments: [("a", JSONValue.bool(true)), ("é", .null), ("", .string("x"))])
  func `members are found by their key, and not by another`(key: String, value: JSONValue) throws {
    guard case .object(let object) = try JSONReader.read(Array(#"{"é":null,"a":true,"":"x"}"#.utf8)) else {
      Issue.record("no object")
      return
    }
    #expect(object.members.first { $0.key == key }?.value == value)
    #expect(object["a"] == .bool(true))
    #expect(object["b"] == nil)
    #expect(object["e\u{301}"] == nil)
  }
}
