import Messaging
import RabbitMQClient

extension FuzzTarget {
  private static let frameBytes = 4096

  /// A broker's bytes mean the same, wherever they are cut. The first byte gives the length of the pieces.
  static func frames(_ bytes: [UInt8]) throws(BrokenPromise) {
    let length = Int(bytes.first ?? 0) + 1
    let stream = bytes.dropFirst()
    let whole = decode([stream])
    var pieces: [ArraySlice<UInt8>] = []
    var rest = stream
    while !rest.isEmpty {
      pieces.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    let cut = decode(pieces)
    try promise("the error does not depend on how the bytes are split", whole.error == cut.error)
    try promise("the events do not depend on how the bytes are split", whole.events.map(text) == cut.events.map(text))
    var bodyBytes = 0
    for case .delivered(let delivery) in whole.events {
      bodyBytes += delivery.body.count
      let list = PropertyList(delivery.properties)
      try promise(
        "properties survive encoding and decoding",
        (try? PropertyList(bytes: list.bytes).properties()) == delivery.properties)
      if let headers = delivery.properties.headers { try self.headers(headers.entries) }
    }
    try promise("bodies are no larger than the input", bodyBytes <= bytes.count)
  }

  private static func decode(_ pieces: [ArraySlice<UInt8>]) -> (events: [InboundEvent], error: RabbitMQError?) {
    var decoder = FrameDecoder(generation: 7, maximumFrameBytes: frameBytes)
    var events: [InboundEvent] = []
    do throws(RabbitMQError) {
      for piece in pieces {
        try piece.withUnsafeBufferPointer { buffer throws(RabbitMQError) in
          try decoder.decode(UnsafeRawBufferPointer(buffer), into: &events)
        }
      }
      return (events, nil)
    } catch {
      return (events, error)
    }
  }

  /// Everything of an event except when it arrived.
  private static func text(_ event: InboundEvent) -> String {
    guard case .delivered(let delivery) = event else { return String(describing: event) }
    return
      "\(delivery.tag) \(delivery.isRedelivered) \(delivery.exchange) \(delivery.routingKey) \(delivery.properties) \(delivery.body)"
  }
}
