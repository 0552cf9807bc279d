/// The `traceparent` of the W3C: version, trace id, parent id and flags in lower-case hexadecimal digits.
///
/// Source: https://www.w3.org/TR/trace-context/#traceparent-header-field-values
package enum TraceParent {
  /// A value that breaks the rules starts a new trace; it is never the reason to refuse a command.
  package static func isValid(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count >= 4, zip(parts, [2, 32, 16, 2]).allSatisfy({ $0.count == $1 && $0.allSatisfy(isLowerHexDigit) }) else {
      return false
    }
    let version = String(decoding: parts[0], as: UTF8.self)
    let isZero = parts[1...2].contains { $0.allSatisfy { $0 == UInt8(ascii: "0") } }
    // Version 00 ends here; a later one may go on behind another dash, with whatever is safe in a header and a log.
    return version != "ff" && !isZero && (version != "00" || parts.count == 4) && text.utf8.count <= 512
      && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
  }

  private static func isLowerHexDigit(_ byte: UInt8) -> Bool {
    AttributeRules.isHexDigit(byte) && !(0x41...0x46).contains(byte)
  }
}
