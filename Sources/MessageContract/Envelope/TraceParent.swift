/// The W3C `traceparent`: version, trace id, parent id and flags in lower-case hexadecimal digits.
///
/// Source: https://www.w3.org/TR/trace-context/#traceparent-header-field-values
package struct TraceParent: Sendable, Equatable {
  /// 32 digits.
  package let traceID: String
  /// 16 digits: the header's parent id, which is the sender's span.
  package let spanID: String
  /// The flag `sampled`: the sender may have recorded the trace.
  package let isSampled: Bool

  package init(traceID: String, spanID: String, isSampled: Bool) {
    self.traceID = traceID
    self.spanID = spanID
    self.isSampled = isSampled
  }

  /// - Returns: nil if `text` breaks the rules. A new trace is then started; a command is never refused because of it.
  package init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count >= 4,
      zip(parts, [2, 32, 16, 2]).allSatisfy({ $0.count == $1 && $0.allSatisfy(Self.isLowerHexDigit) })
    else {
      return nil
    }
    let version = Substring(parts[0])
    let isZero = parts[1...2].contains { $0.allSatisfy { $0 == UInt8(ascii: "0") } }
    // Version 00 ends here; a later version may continue after another dash, with characters that are safe in a header
    // and a log.
    guard version != "ff", !isZero, version != "00" || parts.count == 4, text.utf8.count <= 512,
      text.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
    else { return nil }
    self.init(
      traceID: String(Substring(parts[1])), spanID: String(Substring(parts[2])),
      isSampled: UInt8(Substring(parts[3]), radix: 16).map { $0 & 1 == 1 } ?? false)
  }

  /// The header's value in version 00.
  package var text: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

  package static func isValid(_ text: String) -> Bool { TraceParent(text) != nil }

  /// Whether the trace of a valid `text` is sampled. Reads only the flags, which have a fixed position.
  package static func isSampled(valid text: String) -> Bool {
    text.utf8.dropFirst(54).first.flatMap { Character(Unicode.Scalar($0)).hexDigitValue }.map { $0 & 1 == 1 } ?? false
  }

  private static func isLowerHexDigit(_ byte: UInt8) -> Bool {
    AttributeRules.isHexDigit(byte) && !(0x41...0x46).contains(byte)
  }
}
