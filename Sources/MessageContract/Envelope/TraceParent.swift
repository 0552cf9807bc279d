/// The W3C `traceparent`: version, trace id, parent id and flags in lower-case hexadecimal digits.
///
/// Source: https://www.w3.org/TR/trace-context/#traceparent-header-field-values
package struct TraceParent: Sendable, Equatable {
  /// 32 digits.
  package let traceID: String
  /// 16 digits: the span that this one is a part of.
  package let spanID: String
  /// Whoever started the trace records it.
  package let isSampled: Bool

  package init(traceID: String, spanID: String, isSampled: Bool) {
    self.traceID = traceID
    self.spanID = spanID
    self.isSampled = isSampled
  }

  /// - Returns: nil if `text` breaks the rules. That starts a new trace; it is never a reason to refuse a command.
  package init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count >= 4,
      zip(parts, [2, 32, 16, 2]).allSatisfy({ $0.count == $1 && $0.allSatisfy(Self.isLowerHexDigit) })
    else {
      return nil
    }
    let version = Substring(parts[0])
    let isZero = parts[1...2].contains { $0.allSatisfy { $0 == UInt8(ascii: "0") } }
    // Version 00 ends here; a later version may continue after another dash, with whatever is safe in a header and a
    // log.
    guard version != "ff", !isZero, version != "00" || parts.count == 4, text.utf8.count <= 512,
      text.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
    else { return nil }
    self.init(
      traceID: String(Substring(parts[1])), spanID: String(Substring(parts[2])),
      isSampled: UInt8(Substring(parts[3]), radix: 16).map { $0 & 1 == 1 } ?? false)
  }

  /// In version 00.
  package var text: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

  package static func isValid(_ text: String) -> Bool { TraceParent(text) != nil }

  /// Whether the trace of a valid `text` is sampled, without parsing the rest of it: the flags have a fixed place.
  package static func isSampled(valid text: String) -> Bool {
    text.utf8.dropFirst(54).first.flatMap { Character(Unicode.Scalar($0)).hexDigitValue }.map { $0 & 1 == 1 } ?? false
  }

  private static func isLowerHexDigit(_ byte: UInt8) -> Bool {
    AttributeRules.isHexDigit(byte) && !(0x41...0x46).contains(byte)
  }
}
