import Crypto

/// Encodes any text as a valid SpiceDB id: 1 to 1,024 characters of `[A-Za-z0-9/_|=+-]`.
///
/// Every byte of the text's UTF-8 outside `[A-Za-z0-9/_|-]` becomes `=` and two upper-case hexadecimal digits. If the
/// result would be longer than 1,024 characters, the id is `==` and the SHA-256 of the UTF-8 in lower-case hexadecimal
/// digits. So two texts never get the same id (barring collisions of SHA-256), and a text that is already a valid id is
/// not changed, unless it contains `=` or `+`.
package enum SpiceDBID {
  package enum Decoded: Sendable, Equatable {
    case text(String)
    /// The id of a text that was too long. It can be identified only by encoding candidate texts.
    case digest
  }

  /// - Parameter text: must not be empty, since no valid id is.
  package static func encode(_ text: String) -> String {
    guard !text.utf8.allSatisfy(isPlain) || text.utf8.count > SpiceDBLimits.idBytes else { return text }
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if isPlain(byte) {
        bytes.append(byte)
      } else {
        bytes += [UInt8(ascii: "="), digit(byte >> 4), digit(byte & 15)]
      }
      guard bytes.count <= SpiceDBLimits.idBytes else { return digest(of: text) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// - Returns: nil for an id that ``encode(_:)`` never returns.
  package static func decode(_ id: String) -> Decoded? {
    if id.hasPrefix("==") { return isDigest(id.utf8.dropFirst(2)) ? .digest : nil }
    var bytes: [UInt8] = []
    var rest = id.utf8[...]
    while let byte = rest.popFirst() {
      if isPlain(byte) {
        bytes.append(byte)
      } else {
        guard byte == UInt8(ascii: "="), let high = rest.popFirst().flatMap(value),
          let low = rest.popFirst().flatMap(value)
        else { return nil }
        bytes.append(high << 4 | low)
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self), encode(text) == id else { return nil }
    return .text(text)
  }

  /// Whether SpiceDB accepts the id, whether or not ``encode(_:)`` could have returned it.
  static func isValid(_ id: String) -> Bool {
    (1...SpiceDBLimits.idBytes).contains(id.utf8.count)
      && id.utf8.allSatisfy { isPlain($0) || $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "+") }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "|"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private static func digest(of text: String) -> String {
    let letters = Array("0123456789abcdef".utf8)
    let digits = SHA256.hash(data: Array(text.utf8)).flatMap { [letters[Int($0 >> 4)], letters[Int($0 & 15)]] }
    return "==" + String(decoding: digits, as: UTF8.self)
  }

  private static func isDigest(_ digits: Substring.UTF8View) -> Bool {
    digits.count == 2 * SHA256.byteCount
      && digits.allSatisfy { byte in
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
      }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
