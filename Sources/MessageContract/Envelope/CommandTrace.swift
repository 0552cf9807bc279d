import Crypto
package import WorkspaceApplication
package import WorkspaceDomain

/// The trace of a command whose sender started none, and the spans of all its attempts.
///
/// They are derived from the command's key, so that each attempt, in whatever process and however much later, knows the
/// trace and the span of the first attempt without storing them.
package struct CommandTrace: Sendable {
  private let key: CommandKey

  package init(of key: CommandKey) { self.key = key }

  /// The span of an attempt.
  ///
  /// - Parameter attempt: nil for the first.
  package func spanID(attempt: String? = nil) -> String { String(hexadecimal: digest(attempt)[16..<24]) }

  /// A trace that begins with the first attempt.
  ///
  /// - Parameter ratio: the share of such traces that are sampled, from 0 to 1. The decision depends on the trace
  ///   alone, so it is the same for each attempt.
  package func context(sampling ratio: Double) -> TraceContext {
    let digest = digest(nil)
    let parent = TraceParent(
      traceID: String(hexadecimal: digest[..<16]), spanID: String(hexadecimal: digest[16..<24]),
      isSampled: Self.isSampled(digest[8..<16], ratio))
    return TraceContext(traceparent: parent.text)
  }

  /// The trace of a message about a command that has no trace, and no key to derive one from. It is not sampled.
  ///
  /// - Parameter id: of the message: the same message continues the same trace each time.
  package static func context(ofMessage id: ULID) -> TraceContext {
    var text: [UInt8] = []
    id.withText { text += $0 }
    let digest = Array(SHA256.hash(data: text))
    return TraceContext(
      traceparent: TraceParent(
        traceID: String(hexadecimal: digest[..<16]), spanID: String(hexadecimal: digest[16..<24]), isSampled: false
      ).text)
  }

  private static func isSampled(_ bytes: ArraySlice<UInt8>, _ ratio: Double) -> Bool {
    guard ratio > 0 else { return false }
    let number = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Double(number) < ratio * 0x1p64
  }

  private func digest(_ attempt: String?) -> [UInt8] {
    // No attribute holds a control character, so zero bytes separate the parts unambiguously.
    var text: [UInt8] = []
    text.reserveCapacity(ULID.length + key.source.utf8.count + key.id.utf8.count + 3)
    key.tenantID.ulid.withText { text += $0 }
    text.append(0)
    text += key.source.utf8
    text.append(0)
    text += key.id.utf8
    text.append(0)
    if let attempt { text += attempt.utf8 }
    return Array(SHA256.hash(data: text))
  }
}
