import EndToEndSupport
import Messaging

extension HostileMessage {
  private static let valid = CommandParts()

  /// Bodies that are not JSON, or JSON that not everybody reads alike.
  static let notJSON: [HostileMessage] = {
    let text = valid.text
    let bytes = Array(text.utf8)
    let bodies: [(String, [UInt8])] = [
      ("empty", []),
      ("white space", Array(" \r\n\t ".utf8)),
      ("truncated", bytes.dropLast()),
      ("cut within a string", Array(bytes.prefix(30))),
      ("100,000 arrays deep", [UInt8](repeating: UInt8(ascii: "["), count: 100_000)),
      ("100,000 objects deep", Array(String(repeating: #"{"a":"#, count: 40_000).utf8)),
      (
        "100,000 arrays deep in data, all closed",
        Array(
          valid.with("data", String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)).text.utf8)
      ),
      ("a byte that is never UTF-8", Array(#"{"id":""#.utf8) + [0xFF] + Array(#""}"#.utf8)),
      ("overlong UTF-8", Array(#"{"id":""#.utf8) + [0xC0, 0x80] + Array(#""}"#.utf8)),
      ("a surrogate in UTF-8", Array(#"{"id":""#.utf8) + [0xED, 0xA0, 0x80] + Array(#""}"#.utf8)),
      ("UTF-8 beyond Unicode", Array(#"{"id":""#.utf8) + [0xF4, 0x90, 0x80, 0x80] + Array(#""}"#.utf8)),
      ("a cut UTF-8 sequence", Array(#"{"id":""#.utf8) + [0xE2, 0x82] + Array(#""}"#.utf8)),
      ("a byte order mark", [0xEF, 0xBB, 0xBF] + bytes),
      ("NUL behind", bytes + [0]),
      ("NUL before", [0] + bytes),
      ("NUL within a string", Array(valid.with("userid", "\"a\u{0}b\"").text.utf8)),
      ("a line feed within a string", Array(valid.with("userid", "\"a\nb\"").text.utf8)),
      ("UTF-16, little endian", bytes.flatMap { [$0, 0] }),
      ("UTF-16, big endian, with a mark", [0xFE, 0xFF] + bytes.flatMap { [0, $0] }),
      ("every byte", Array(0...255)),
      ("gzip", [0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 0x03]),
    ]
    let texts: [(String, String)] = [
      ("a short escape", valid.with("userid", #""\u12""#).text),
      ("an unknown escape", valid.with("userid", #""\x41""#).text),
      ("a duplicate attribute", valid.text.dropLast() + #","id":"another"}"#),
      ("a duplicate attribute, once escaped", valid.text.dropLast() + #","\u0069d":"another"}"#),
      ("a duplicate member of data", valid.with("data", #"{"name":"a","name":"b"}"#).text),
      ("a trailing comma", valid.text.dropLast() + ",}"),
      ("a comment", "/* */" + valid.text),
      ("single quotes", valid.text.replacing("\"", with: "'")),
      ("NaN", valid.with("data", #"{"limit":NaN}"#).text),
      ("Infinity", valid.with("data", #"{"limit":-Infinity}"#).text),
      ("a leading zero", valid.with("data", #"{"limit":01}"#).text),
      ("a leading plus", valid.with("data", #"{"limit":+1}"#).text),
      ("a point without digits", valid.with("data", #"{"limit":1.}"#).text),
      ("an enormous exponent", valid.with("data", #"{"limit":1e999999999999999999999}"#).text),
      ("two objects", valid.text + valid.text),
      ("a wrong literal", valid.with("data", "nul").text),
    ]
    return bodies.map { HostileMessage($0, $1, "malformed_json") }
      + texts.map { HostileMessage($0, $1, "malformed_json") }
  }()

  /// Bodies that are too large to be read.
  static let tooLarge: [HostileMessage] = [
    HostileMessage(
      "256 KiB and a byte", valid.text + String(repeating: " ", count: (256 << 10) + 1 - valid.text.utf8.count),
      "message_too_large"),
    HostileMessage("2 MiB of noise", (0..<2 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31) }, "message_too_large"),
  ]
}
