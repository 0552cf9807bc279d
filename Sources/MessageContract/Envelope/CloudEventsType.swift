package import Messaging

/// The media types of CloudEvents in JSON.
///
/// Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md, sections 3 and 4
package enum CloudEventsType {
  /// One event in structured mode.
  package static let event: ShortString = "application/cloudevents+json"
  /// An array of events.
  package static let batch: ShortString = "application/cloudevents-batch+json"

  /// Joins events into an array. Appends in bulk, since `joined` would go byte by byte.
  package static func array(_ events: [[UInt8]]) -> [UInt8] {
    var array: [UInt8] = []
    array.reserveCapacity(events.reduce(2) { $0 + $1.count + 1 })
    for event in events {
      array.append(UInt8(ascii: array.isEmpty ? "[" : ","))
      array += event
    }
    if events.isEmpty { array.append(UInt8(ascii: "[")) }
    array.append(UInt8(ascii: "]"))
    return array
  }
}
