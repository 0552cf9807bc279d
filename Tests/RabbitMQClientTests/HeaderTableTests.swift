import DeliveryPipeline
import RabbitMQClient
import Testing
import TestSupport

/// Headers pass through consuming and publishing byte for byte. The other side shares no code with this client.
@Suite(.needsBroker, .virtualHost, .timeLimit(.minutes(2))) struct HeaderTableTests {
  private let host: VirtualHost

  init() throws { host = try .required() }

  /// One value of each kind that RabbitMQ knows, with bytes that no sloppy conversion survives. (No NaN: a broker
  /// written in Erlang closes the connection.)
  static let values: [(kind: Character, bytes: [UInt8])] = [
    ("t", [1]), ("b", [0xFF]), ("B", [0xFF]), ("s", [0xFF, 0xFE]), ("u", [0xFF, 0xFE]), ("I", [0xFF, 0xFF, 0xFF, 0xFE]),
    ("i", [0xFF, 0xFF, 0xFF, 0xFE]), ("l", [UInt8](repeating: 0xFE, count: 8)), ("L", [UInt8](repeating: 0xFE, count: 8)),
    ("f", [0x40, 0x48, 0xF5, 0xC3]), ("d", [0x80, 0, 0, 0, 0, 0, 0, 1]), ("D", [2, 0, 0, 1, 0x3A]),
    ("S", [0, 0, 0, 3, 0xFF, 0, 0xFE]), ("x", [0, 0, 0, 3, 0xFF, 0, 0xFE]), ("T", [0, 0, 0, 0, 0x65, 0, 0, 0]), ("V", []),
    ("A", [0, 0, 0, 3] + [UInt8](ascii: "t") + [1] + [UInt8](ascii: "V")),
    ("F", [0, 0, 0, 4, 1] + [UInt8](ascii: "kt") + [0]), ("A", [0, 0, 0, 0]), ("F", [0, 0, 0, 0]), ("S", [0, 0, 0, 0]),
  ]

  /// A table with every value, the same name twice and names that are empty or not UTF-8.
  private static var allKinds: [UInt8] {
    var entries: [UInt8] = []
    for (kind, bytes) in values { entries += [2, 0xFF, kind.asciiValue ?? 0] + [kind.asciiValue ?? 0] + bytes }
    return entries + [0] + [UInt8](ascii: "V")
  }

  private static func nested(_ depth: Int) -> [UInt8] {
    var value: [UInt8] = []
    for _ in 0..<depth { value = [UInt8](ascii: "A") + UInt32(value.count).bigEndianBytes + value }
    return [1] + [UInt8](ascii: "n") + value
  }

  /// Sends raw properties to the queue, takes the delivery, publishes it again and tells what came out.
  private func roundTrip(_ properties: [UInt8], body: [UInt8], through queue: ShortString) async throws -> (delivery: Delivery, properties: [UInt8]) {
    // Classic: a quorum queue adds x-delivery-count to what is fetched from it.
    try await host.declare(queue, HeaderTable())
    let name = try #require(queue.text)
    let client = try WireClient(host.configuration())
    try client.publish(body, properties: properties, to: name)
    let delivery = try await host.withConsumer(of: queue) { consumer in
      let delivery = try await consumer.collect(1)[0]
      try await consumer.acknowledge([Acknowledgement(tag: delivery.tag, isMultiple: false)])
      return delivery
    }
    let message = OutboundMessage(exchange: "", routingKey: queue, properties: delivery.properties, body: delivery.body)
    try await host.withPublisher { try await $0.publish([message]) }
    let result = try client.get(from: name)
    #expect(result.body == body)
    return (delivery, result.properties)
  }

  @Test func `every kind of field comes through byte for byte`() async throws {
    let entries = Self.allKinds
    let properties = UInt16(0x2000).bigEndianBytes + UInt32(entries.count).bigEndianBytes + entries
    let (delivery, result) = try await roundTrip(properties, body: [], through: "kinds")
    #expect(delivery.properties.headers?.entries == entries)
    #expect(result == properties)
  }

  @Test func `every property comes through byte for byte`() async throws {
    func string(_ bytes: [UInt8]) -> [UInt8] { [UInt8(bytes.count)] + bytes }
    let entries = [1] + [UInt8](ascii: "kV")
    let list: [[UInt8]] = [
      string([0xFF, 0, 1]), string([]), UInt32(entries.count).bigEndianBytes + entries, [2], [9], string([0xFE]),
      string([UInt8](repeating: 0x61, count: 255)), string([UInt8](ascii: "600000")), string([0xC3]),
      UInt64.max.bigEndianBytes, string([UInt8](ascii: "type")), string([UInt8](ascii: "guest")), string([0]), string([7]),
    ]
    let properties = UInt16(0xFFFC).bigEndianBytes + list.flatMap(\.self)
    let (delivery, result) = try await roundTrip(properties, body: [0, 1, 2], through: "properties")
    #expect(result == properties)
    #expect(delivery.properties.timestamp == .max)
    #expect(delivery.properties.contentEncoding == "")
    #expect(delivery.properties.userID == "guest")
    #expect(delivery.properties.priority == 9)
  }

  @Test func `no properties stay no properties`() async throws {
    let (delivery, result) = try await roundTrip([0, 0], body: [1], through: "none")
    #expect(delivery.properties == MessageProperties())
    #expect(result == [0, 0])
  }

  @Test func `twenty thousand nested arrays come through`() async throws {
    let entries = Self.nested(20_000)
    let properties = UInt16(0x2000).bigEndianBytes + UInt32(entries.count).bigEndianBytes + entries
    let (delivery, result) = try await roundTrip(properties, body: [1], through: "nested")
    #expect(delivery.properties.headers?.entries == entries)
    #expect(result == properties)
  }
}

extension [UInt8] {
  fileprivate init(ascii text: StaticString) { self = text.withUTF8Buffer(Array.init) }
}
