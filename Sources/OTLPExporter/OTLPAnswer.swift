import StrictJSON

/// A receiver's response to spans: an `ExportTraceServiceResponse` in JSON. An HTML page, from a proxy or another
/// program at the address, is not one.
///
/// Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
struct OTLPAnswer {
  let rejectedSpans: Int

  /// - Parameter body: empty if the receiver has nothing to say.
  init?(_ body: [UInt8]) {
    guard !body.isEmpty else {
      rejectedSpans = 0
      return
    }
    guard case .object(let document) = try? JSONReader.read(body) else { return nil }
    guard case .object(let success) = document["partialSuccess"] else {
      rejectedSpans = 0
      return
    }
    rejectedSpans =
      switch success["rejectedSpans"] {
      // 64-bit integers are strings in JSON (ProtoJSON); some receivers write numbers nevertheless.
      case .string(let text): Int(text) ?? 0
      case .number(let number): number.integer ?? 0
      default: 0
      }
  }
}
