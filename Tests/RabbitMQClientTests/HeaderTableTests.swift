import Messaging
import RabbitMQClient
import TestSupport
import Testing

/// Headers pass through consuming and publishing byte for byte. The other side shares no code with this client.
@Suite(.needsBroker, .virtualHost, .timeLimit(.minutes(10))) struct HeaderTableTests {
  private let host: VirtualHost

  init() throws { host = try .required() }

  /// One value of each kind that RabbitMQ knows, with bytes that don't survive a sloppy conversion. (No NaN: a broker
  /// written in Erlang closes the connection.)
  static let values: [(kind: Character, bytes: [UInt8])] = [
    ("t", [1]), ("b", [0xFF]), ("B", [0xFF]), ("s", [0xFF, 0xFE]), ("u", [0xFF, 0xFE]),
    ("I", [0xFF, 0xFF, 0xFF, 0xFE]),
    ("i", [0xFF, 0xFF, 0xFF, 0xFE]), ("l", [UInt8](repeating: 0xFE, count: 8)),
    ("L", [UInt8](repeating: 0xFE, count: 8)),
    ("f", [0x40, 0x48, 0xF5, 0xC3]), ("d", [0x80, 0, 0, 0, 0, 0, 0, 1]), ("D", [2, 0, 0, 1, 0x3A]),
    ("S", [0, 0, 0, 3, 0xFF, 0, 0xFE]), ("x", [0, 0, 0, 3, 0xFF, 0, 0xFE]), ("T", [0, 0, 0, 0, 0x65, 0, 0, 0]),
    ("V", []),
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

  /// What raw properties became in transit.
  private struct Passage {
    /// What another client gets, since the broker may rewrite a table: from version 4 on in the order of the names,
    /// each once, and with one kind for integers of 64 bits.
    let reference: [UInt8]
    /// What ours got.
    let delivery: Delivery
    /// What the other client gets of that, published again.
    let result: [UInt8]
  }

  /// Sends raw properties to the queue, takes the delivery, and publishes it again.
  private func passage(of properties: [UInt8], body: [UInt8], through queue: ShortString) async throws -> Passage {
    // Classic: a quorum queue adds x-delivery-count to what is fetched from it.
    try await host.declare(queue, HeaderTable())
    let name = try #require(queue.text)
    let client = try await WireClient(host.configuration())
    try await client.publish(body, properties: properties, to: name)
    let reference = try await client.get(from: name).properties
    try await client.publish(body, properties: properties, to: name)
    let delivery = try await host.withConsumer(of: queue) { consumer in
      let delivery = try await consumer.collect(1)[0]
      try await consumer.acknowledge([Acknowledgement(tag: delivery.tag, isMultiple: false)])
      return delivery
    }
    let message = AMQPMessage(exchange: "", routingKey: queue, properties: delivery.properties, body: delivery.body)
    try await host.withPublisher { try await $0.publish([message]) }
    let result = try await client.get(from: name)
    #expect(result.body == body)
    return Passage(reference: reference, delivery: delivery, result: result.properties)
  }

  @Test func `every kind of field comes through byte for byte`() async throws {
    let entries = Self.allKinds
    let properties = UInt16(0x2000).bigEndianBytes + UInt32(entries.count).bigEndianBytes + entries
    let passage = try await passage(of: properties, body: [], through: "kinds")
    #expect(PropertyList(passage.delivery.properties).bytes == passage.reference)
    #expect(passage.result == passage.reference)
    if passage.reference != properties {
      let kinds = Set(Self.values.map(\.kind)).subtracting(["L"])
      let sent = try #require(HeaderTable(entries: entries).fields())
      let fields = try #require(passage.delivery.properties.headers?.fields())
      #expect(fields.count == kinds.count + 2, "each name once: one of every kind, L too, and one without a name")
      #expect(fields.allSatisfy { sent.contains($0) })
    }
  }

  @Test func `every property comes through byte for byte`() async throws {
    func string(_ bytes: [UInt8]) -> [UInt8] { [UInt8(bytes.count)] + bytes }
    let entries = [1] + [UInt8](ascii: "kV")
    let list: [[UInt8]] = [
      string([0xFF, 0, 1]), string([]), UInt32(entries.count).bigEndianBytes + entries, [2], [9], string([0xFE]),
      string([UInt8](repeating: 0x61, count: 255)), string([UInt8](ascii: "600000")), string([0xC3]),
      UInt64.max.bigEndianBytes, string([UInt8](ascii: "type")), string([UInt8](ascii: "guest")), string([0]),
      string([7]),
    ]
    let properties = UInt16(0xFFFC).bigEndianBytes + list.flatMap(\.self)
    let passage = try await passage(of: properties, body: [0, 1, 2], through: "properties")
    let delivery = passage.delivery
    #expect(passage.result == properties)
    #expect(delivery.properties.timestamp == .max)
    #expect(delivery.properties.contentEncoding == "")
    #expect(delivery.properties.userID == "guest")
    #expect(delivery.properties.priority == 9)
  }

  @Test func `no properties stay no properties`() async throws {
    let passage = try await passage(of: [0, 0], body: [1], through: "none")
    #expect(passage.delivery.properties == MessageProperties())
    #expect(passage.result == [0, 0])
  }

  @Test func `twenty thousand nested arrays come through`() async throws {
    let entries = Self.nested(20_000)
    let properties = UInt16(0x2000).bigEndianBytes + UInt32(entries.count).bigEndianBytes + entries
    let passage = try await passage(of: properties, body: [1], through: "nested")
    #expect(passage.delivery.properties.headers?.entries == entries)
    #expect(passage.result == properties)
  }
}

extension [UInt8] {
  fileprivate init(ascii text: StaticString) { self = text.withUTF8Buffer(Array.init) }
}
