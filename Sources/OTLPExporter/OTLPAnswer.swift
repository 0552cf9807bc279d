import StrictJSON

/// A receiver's response to spans: an `ExportTraceServiceResponse` in JSON. An HTML page, from a proxy or another
/// program at the address, is not one.
///
/// Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
struct OTLPAnswer {
  /// The spans have not been accepted.
  struct Refused: Error, Equatable, CustomStringConvertible {
    let description: String
  }

  /// Not negative, whatever the receiver says.
  let rejectedSpans: Int

  /// - Throws: ``Refused`` if the response is not that of a receiver which has read the spans. The text has no word of
  ///   the peer: an address that it redirects to, for example, may contain secrets.
  init(status: Int, _ body: [UInt8]) throws(Refused) {
    switch status {
    case 200..<300: break
    case 300..<400:
      throw Refused(description: "HTTP \(status): the endpoint redirects to another address, which is not followed")
    default: throw Refused(description: "HTTP \(status)")
    }
    guard let answer = OTLPAnswer(body) else {
      throw Refused(description: "HTTP \(status), but the peer is not an OTLP receiver")
    }
    self = answer
  }

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
    let rejected =
      switch success["rejectedSpans"] {
      // 64-bit integers are strings in JSON (ProtoJSON); some receivers write numbers nevertheless.
      case .string(let text): Int(text) ?? 0
      case .number(let number): number.integer ?? 0
      default: 0
      }
    rejectedSpans = max(0, rejected)
  }
}
