import Messaging
import TestFixtures
import Testing

@Suite struct HeaderTableTests {
  @Test func `each kind of value is encoded as AMQP specifies`() {
    var table = HeaderTable()
    table.append("s", "é")
    #expect(table.entries == [1, 0x73, 0x53, 0, 0, 0, 2, 0xC3, 0xA9])
    table = HeaderTable()
    table.append("", [0xFF, 0] as [UInt8])
    #expect(table.entries == [0, 0x53, 0, 0, 0, 2, 0xFF, 0])
    table = HeaderTable()
    table.append("i", Int64(-2))
    #expect(table.entries == [1, 0x69, 0x6C, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE])
    table = HeaderTable()
    table.append("b", true)
    table.append("c", false)
    #expect(table.entries == [1, 0x62, 0x74, 1, 1, 0x63, 0x74, 0])
    var outer = HeaderTable()
    outer.append("t", table)
    #expect(outer.entries == [1, 0x74, 0x46, 0, 0, 0, 8] + table.entries)
  }

  @Test func `a string is found behind and before values of every other kind`() {
    var table = HeaderTable()
    table.append("first", "1")
    let others: [[UInt8]] = [
      [0x56], [0x74, 1], [0x62, 1], [0x42, 1], [0x73, 0, 1], [0x75, 0, 1], [0x49, 0, 0, 0, 1], [0x69, 0, 0, 0, 1],
      [0x66, 0, 0, 0, 1],
      [0x44, 2, 0, 0, 0, 1], [0x6C] + Array(repeating: 0, count: 8), [0x4C] + Array(repeating: 0, count: 8),
      [0x64] + Array(repeating: 0, count: 8),
      [0x54] + Array(repeating: 0, count: 8), [0x78, 0, 0, 0, 2, 1, 2], [0x41, 0, 0, 0, 2, 0x74, 1],
      [0x46, 0, 0, 0, 0],
    ]
    for (number, value) in others.enumerated() {
      table = HeaderTable(entries: table.entries + [2, 0x6B, UInt8(number)] + value)
    }
    table.append("last", "2")
    #expect(table.string("first") == "1")
    #expect(table.string("last") == "2")
    #expect(table.string("k") == nil)
    #expect(table.string("k\u{0}") == nil, "another kind")
    #expect(table.string("missing") == nil)
    #expect(table.string("") == nil)
  }

  @Test func `fields of every kind are decoded, in order`() {
    let eight: [UInt8] = [0x80, 0, 0, 0, 0, 0, 0, 1]
    let kinds: [(bytes: [UInt8], value: HeaderValue)] = [
      ([0x56], .void), ([0x74, 1], .boolean(true)), ([0x62, 0xFE], .integer(-2)), ([0x42, 0xFE], .unsigned(254)),
      ([0x73, 0xFF, 0xFE], .integer(-2)), ([0x75, 0xFF, 0xFE], .unsigned(65_534)),
      ([0x49, 0xFF, 0xFF, 0xFF, 0xFE], .integer(-2)), ([0x69, 0xFF, 0xFF, 0xFF, 0xFE], .unsigned(4_294_967_294)),
      ([0x6C] + eight, .integer(.min + 1)), ([0x4C] + eight, .integer(.min + 1)),
      ([0x54] + eight, .timestamp(1 << 63 + 1)),
      ([0x66, 0x3F, 0x80, 0, 0], .float(1)), ([0x64, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0], .double(1)),
      ([0x44, 2, 0, 0, 0, 5], .decimal(scale: 2, 5)), ([0x53, 0, 0, 0, 1, 0xFF], .string([0xFF])),
      ([0x78, 0, 0, 0, 1, 7], .bytes([7])), ([0x41, 0, 0, 0, 3, 0x56, 0x74, 0], .array([.void, .boolean(false)])),
      ([0x46, 0, 0, 0, 3, 1, 0x6B, 0x56], .table([HeaderValue.Field(name: [0x6B], value: .void)])),
    ]
    var entries: [UInt8] = []
    for (number, kind) in kinds.enumerated() { entries += [1, UInt8(number)] + kind.bytes }
    let fields = HeaderTable(entries: entries).fields()
    #expect(fields?.map(\.value) == kinds.map(\.value))
    #expect(fields?.map(\.name) == kinds.indices.map { [UInt8($0)] })
    for end in 1..<entries.count {
      // Truncated, it isn't a table, or is one with fewer fields; nothing else.
      guard let fewer = HeaderTable(entries: Array(entries[..<end])).fields() else { continue }
      #expect(fewer == Array(fields?.prefix(fewer.count) ?? []))
    }
    #expect(HeaderTable(entries: [1, 0x6B, 0x7A]).fields() == nil)
    #expect(HeaderTable().fields() == [])
  }

  @Test func `a table that is nested too deeply is not decoded`() {
    func nested(_ depth: Int) -> HeaderTable {
      (0..<depth).reduce(HeaderTable()) { inner, _ in
        var outer = HeaderTable()
        outer.append("k", inner)
        return outer
      }
    }
    #expect(nested(HeaderTable.maximumDepth - 1).fields() != nil)
    #expect(nested(HeaderTable.maximumDepth).fields() == nil)
  }

  @Test func `all entries of a name are removed, wherever they stand, and the others stay byte for byte`() {
    var table = HeaderTable()
    var others = HeaderTable()
    for number in 0..<3 {
      table.append("x-delivery-count", Int64(number))
      for append in [
        { (table: inout HeaderTable) in table.append("k\(number)", "v") },
        { $0.append("t\(number)", HeaderTable(entries: [1, 0x6B, 0x56])) },
      ] {
        append(&table)
        append(&others)
      }
    }
    #expect(table.without("x-delivery-count") == others)
    #expect(others.without("x-delivery-count") == others)
    #expect(HeaderTable().without("k") == HeaderTable())
    let malformed = HeaderTable(entries: table.entries + [9, 9])
    #expect(malformed.without("x-delivery-count").entries == others.entries + [9, 9])
  }

  @Test func `of two entries with the same name the last counts, whatever its kind`() {
    var table = HeaderTable()
    table.append("reason", "old")
    table.append("reason", "new")
    #expect(table.string("reason") == "new")
    table.append("reason", true)
    #expect(table.string("reason") == nil)
  }

  @Test func `entries of a nested table are not found in the outer one`() {
    var inner = HeaderTable()
    inner.append("reason", "inner")
    var outer = HeaderTable()
    outer.append("x-death", inner)
    #expect(outer.string("reason") == nil)
  }

  @Test func `bytes that are not UTF-8 are not a string`() {
    var table = HeaderTable()
    table.append("s", [0xFF] as [UInt8])
    #expect(table.string("s") == nil)
  }

  @Test func `names are compared by their bytes, and cut at 255 of them`() {
    var table = HeaderTable()
    table.append("\u{E9}", "composed")
    #expect(table.string("e\u{301}") == nil)
    #expect(table.string("\u{E9}") == "composed")
    table.append(String(repeating: "n", count: 300), "long")
    #expect(table.string(String(repeating: "n", count: 255)) == "long")
  }

  @Test func `a truncated table still yields the entries before the cut`() {
    var table = HeaderTable()
    table.append("a", "1")
    let end = table.entries.count
    table.append("b", "2")
    for length in 0...table.entries.count {
      let cut = HeaderTable(entries: Array(table.entries[..<length]))
      #expect(cut.string("a") == (length >= end ? "1" : nil))
      #expect(cut.string("b") == (length == table.entries.count ? "2" : nil))
    }
  }

  @Test(
    arguments: [
      [0xFF], [5, 0x61], [1, 0x61, 0x53], [1, 0x61, 0x53, 0xFF, 0xFF, 0xFF, 0xFF], [1, 0x61, 0x53, 0, 0, 0, 2, 0x31],
      [1, 0x61, 0x3F, 0, 0], [1, 0x61],
    ] as [[UInt8]])
  func `a length beyond the end ends the table`(entries: [UInt8]) {
    #expect(HeaderTable(entries: entries).string("a") == nil)
  }

  @Test func `mutated tables never crash, and a found text always stands in the bytes`() {
    var random = SeededRandom(seed: 13)
    var seed = HeaderTable()
    seed.append("tenantid", "01ARZ3NDEKTSV4RRFFQ69G5FAV")
    seed.append("count", Int64(3))
    seed.append("nested", seed)
    seed.append("reason", "x")
    for _ in 0..<10_000 {
      var entries = seed.entries
      for _ in 0..<Int.random(in: 1...3, using: &random) where !entries.isEmpty {
        let place = Int.random(in: 0..<entries.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: entries[place] = UInt8.random(in: 0...255, using: &random)
        case 1: entries.removeSubrange(place...)
        default: entries.insert(contentsOf: entries[place...].prefix(5), at: place)
        }
      }
      for name in ["tenantid", "count", "reason"] {
        guard let found = HeaderTable(entries: entries).string(name) else { continue }
        #expect(found.isEmpty || entries.indices.contains { entries[$0...].starts(with: found.utf8) })
      }
    }
  }
}

@Suite struct HeaderTableFormTests {
  private func nested(_ depth: Int) -> [UInt8] {
    var value: [UInt8] = []
    for _ in 0..<depth {
      let count = UInt32(value.count)
      value =
        [
          UInt8(ascii: "A"), UInt8(count >> 24), UInt8(count >> 16 & 0xFF), UInt8(count >> 8 & 0xFF),
          UInt8(count & 0xFF),
        ] + value
    }
    return [1, 0x6E] + value
  }

  @Test func `tables of every kind and of any depth are well-formed`() {
    var inner = HeaderTable()
    inner.append("flag", true)
    inner.append("text", "x")
    var table = HeaderTable()
    table.append("inner", inner)
    table.append("number", Int64(1))
    #expect(HeaderTable().isWellFormed && table.isWellFormed)
    #expect(HeaderTable(entries: nested(100_000)).isWellFormed)
  }

  @Test func `a table that is cut anywhere but between entries is malformed`() {
    var inner = HeaderTable()
    inner.append("text", "x")
    var table = HeaderTable()
    table.append("inner", inner)
    for count in 1..<table.entries.count { #expect(!HeaderTable(entries: Array(table.entries[..<count])).isWellFormed) }
    #expect(!HeaderTable(entries: [1, 0x6E, UInt8(ascii: "?")]).isWellFormed)
    // An array whose value extends beyond its end.
    #expect(!HeaderTable(entries: [1, 0x6E, UInt8(ascii: "A"), 0, 0, 0, 1, UInt8(ascii: "t"), 1]).isWellFormed)
  }

  @Test func `properties count towards the size of deliveries and messages`() {
    var properties = MessageProperties()
    properties.headers = HeaderTable(entries: [UInt8](repeating: 0, count: 1000))
    properties.messageID = "id"
    let message = AMQPMessage(exchange: "", routingKey: "", properties: properties, body: [1, 2, 3])
    #expect(message.size > 1003)
    let delivery = Delivery(
      tag: DeliveryTag(generation: 1, number: 1), isRedelivered: false, exchange: "", routingKey: "",
      properties: properties,
      body: [1, 2, 3])
    #expect(delivery.size == 1005)
  }
}

@Suite struct FirstTableTests {
  private func array(_ values: [UInt8]) -> [UInt8] {
    [1, UInt8(ascii: "d"), UInt8(ascii: "A"), 0, 0, 0, UInt8(values.count)] + values
  }

  @Test func `the first table of an array is found, in the last entry of the name`() {
    let flag: [UInt8] = [1, UInt8(ascii: "k"), UInt8(ascii: "t"), 1]
    let table = [UInt8(ascii: "F"), 0, 0, 0, UInt8(flag.count)] + flag
    #expect(HeaderTable(entries: array(table + [UInt8(ascii: "V")])).firstTable(ofArray: "d")?.entries == flag)
    #expect(HeaderTable(entries: array([UInt8(ascii: "V")]) + array(table)).firstTable(ofArray: "d")?.entries == flag)
  }

  @Test(
    arguments: [[], [UInt8(ascii: "V")], [UInt8(ascii: "F"), 0, 0, 0], [UInt8(ascii: "F"), 0, 0, 0, 9, 1]] as [[UInt8]])
  func `anything else has none`(values: [UInt8]) {
    #expect(HeaderTable(entries: array(values)).firstTable(ofArray: "d") == nil)
    #expect(HeaderTable(entries: array(values)).firstTable(ofArray: "other") == nil)
  }
}
