package import Messaging

/// The media types of CloudEvents in JSON.
///
/// Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md, sections 3 and 4
package enum CloudEventsType {
  /// One event in structured mode.
  package static let event: ShortString = "application/cloudevents+json"
  /// An array of them.
  package static let batch: ShortString = "application/cloudevents-batch+json"

  /// The array of these events.
  package static func array(_ events: some Sequence<[UInt8]>) -> [UInt8] {
    [UInt8(ascii: "[")] + events.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")]
  }
}
