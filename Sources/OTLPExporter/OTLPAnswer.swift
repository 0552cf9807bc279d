import StrictJSON

/// What a receiver says of spans that it was sent: an ExportTraceServiceResponse in JSON. A page for people, which a proxy
/// or another program at the address answers with, is none.
///
/// Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
struct OTLPAnswer {
  let rejectedSpans: Int

  /// - Parameter body: empty where the receiver has nothing to say.
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
      // 64-bit integers are strings in JSON (ProtoJSON); some write numbers all the same.
      case .string(let text): Int(text) ?? 0
      case .number(let number): number.integer ?? 0
      default: 0
      }
  }
}
