import Messaging
import RabbitMQClient
import TestSupport
import Testing

/// Headers as large as the broker accepts, and larger by what it adds.
@Suite(.needsBroker, .virtualHost, .timeLimit(.minutes(10))) struct LargeHeaderTests {
  private let host: VirtualHost

  init() throws { host = try .required() }

  /// A table that makes the payload of its header frame this large, with no other property.
  private static func entries(payload: Int) -> [UInt8] {
    let count = payload - 12 - 2 - 4 - 7
    return [1] + Array("xS".utf8) + UInt32(count).bigEndianBytes + [UInt8](repeating: 0x61, count: count)
  }

  private static func properties(_ entries: [UInt8]) -> [UInt8] {
    UInt16(0x2000).bigEndianBytes + UInt32(entries.count).bigEndianBytes + entries
  }

  @Test func `headers that fill a frame are delivered and redelivered`() async throws {
    try await host.declare("large")
    let sizes = Array(131_063...131_072)
    let client = try await WireClient(host.configuration())
    for size in sizes {
      try await client.publish([1, 2], properties: Self.properties(Self.entries(payload: size)), to: "large")
    }
    // The second time the queue adds x-delivery-count, and the frame is larger than was agreed on.
    for isRedelivered in [false, true, true] {
      try await host.withConsumer(of: "large") { consumer in
        let deliveries = try await consumer.collect(sizes.count)
        #expect(deliveries.map(\.isRedelivered) == sizes.map { _ in isRedelivered })
        for (delivery, size) in zip(deliveries, sizes) {
          #expect(delivery.properties.headers?.without("x-delivery-count").entries == Self.entries(payload: size))
          #expect(delivery.body == [1, 2])
        }
      }
    }
  }

  @Test(arguments: [[0, 1], [0, 2], [0, 3], [0x80, 3, 1, 0x61]] as [[UInt8]])
  func `flags of no property, which the broker accepts, are read`(properties: [UInt8]) async throws {
    let queue = ShortString("flags-\(properties.count)-\(properties[1])") ?? ""
    // Classic: it delivers properties as they came.
    try await host.declare(queue, HeaderTable())
    let client = try await WireClient(host.configuration())
    try await client.publish([1], properties: properties, to: queue.text ?? "")
    try await host.withConsumer(of: queue) { consumer in
      let delivery = try await consumer.collect(1)[0]
      #expect(delivery.properties.contentType == (properties.count > 2 ? "a" : nil))
      #expect(delivery.body == [1])
    }
  }

  @Test func `a returned mandatory message with large headers leaves the publisher usable`() async throws {
    var options = PublisherOptions()
    options.isMandatory = true
    try await host.declare("there")
    try await host.withPublisher(options) { publisher in
      var properties = MessageProperties()
      properties.headers = HeaderTable(entries: Self.entries(payload: 131_064))
      let message = AMQPMessage(exchange: "", routingKey: "nowhere", properties: properties, body: [1])
      let error = try #require(await #expect(throws: RabbitMQError.self) { try await publisher.publish([message]) })
      guard case .unroutable(let returned) = error else {
        Issue.record(error)
        return
      }
      #expect(returned.count == 1)
      try await publisher.publish([.text("a", to: "there")])
    }
  }
}
