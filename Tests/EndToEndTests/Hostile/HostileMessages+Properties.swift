import EndToEndSupport
import Messaging
import TestSupport

extension HostileMessage {
  private static func named(_ name: String, _ change: (inout MessageProperties) -> Void) -> HostileMessage {
    HostileMessage(name, "{\"\(name)", "malformed_json").changing(change)
  }

  /// Valid bodies that claim to be something else.
  static let contentTypes: [HostileMessage] = [
    "text/plain", "application/octet-stream", "application/jsonx", "json", ";", " ",
    ShortString(bytes: [0xFF, 0xFE])!, ShortString(bytes: [0])!,
    ShortString(bytes: [UInt8](repeating: 0x61, count: 255))!,
  ].map { (type: ShortString) in
    HostileMessage(
      "content type \(type.text ?? "of noise")", CommandParts().text, "invalid_envelope",
      result: "workspace.create.failed"
    )
    .changing { $0.contentType = type }
  }

  /// Bad bodies with properties that must come through unharmed.
  static let properties: [HostileMessage] = [
    named("no properties") { $0 = MessageProperties() },
    named("every property") {
      $0.contentEncoding = "gzip"
      $0.priority = 255
      $0.correlationID = "correlation"
      $0.expiration = "600000"
      $0.messageID = "message"
      $0.timestamp = .max
      $0.type = "type"
      $0.userID = "guest"
      $0.appID = "app"
      $0.clusterID = "cluster"
      $0.deliveryMode = 1
    },
    named("empty properties") {
      for property in [
        \MessageProperties.contentType, \.contentEncoding, \.correlationID, \.replyTo, \.messageID, \.type, \.appID,
        \.clusterID,
      ] { $0[keyPath: property] = "" }
      $0.headers = HeaderTable()
    },
    named("properties of noise") {
      let noise = ShortString(bytes: [0, 0xFF, 0x80, 0x0A, 0])
      for property in [
        \MessageProperties.contentEncoding, \.correlationID, \.messageID, \.type, \.appID, \.clusterID,
      ] { $0[keyPath: property] = noise }
    },
    named("a message id with NUL") { $0.messageID = ShortString(bytes: Array("a\u{0}b".utf8)) },
    named("long properties") {
      let long = ShortString(bytes: [UInt8](repeating: 0x7A, count: 255))
      for property in [
        \MessageProperties.contentEncoding, \.correlationID, \.messageID, \.type, \.appID, \.clusterID,
      ] { $0[keyPath: property] = long }
    },
    named("an expiration") { $0.expiration = "3600000" },
    named("priority 0") { $0.priority = 0 },
    named("CC") {
      $0.headers = HeaderTable(
        entries: [2] + Array("CCA".utf8) + UInt32(10).bigEndianBytes + Array("S".utf8) + UInt32(5).bigEndianBytes
          + Array("copy!".utf8))
    },
    named("a reason of its own") {
      $0.headers = HeaderTable()
      $0.headers?.append("reason", "because")
      $0.headers?.append("x-original-expiration", "never")
    },
    named("x-death") {
      $0.headers = HeaderTable()
      $0.headers?.append("x-death", "no table")
      $0.headers?.append("x-delivery-count", Int64(7))
    },
    named("every kind of field") { $0.headers = HeaderTable(entries: everyKind) },
    named("headers 1,000 deep") { $0.headers = HeaderTable(entries: nested(1_000)) },
    named("headers 20,000 deep") { $0.headers = HeaderTable(entries: nested(20_000)) },
    named("100 KiB of headers") { $0.headers = large(100 << 10) },
    named("124 KiB of headers") { $0.headers = large(124 << 10) },
    named("10,000 headers") {
      $0.headers = HeaderTable(entries: (0..<10_000).flatMap { [5] + Array("\($0 + 10_000)V".utf8) })
    },
  ]

  private static func large(_ bytes: Int) -> HeaderTable {
    var headers = HeaderTable()
    headers.append("x", [UInt8](repeating: 1, count: bytes))
    return headers
  }

  private static func nested(_ depth: Int) -> [UInt8] {
    var length = 0
    var prefix: [[UInt8]] = []
    for _ in 0..<depth {
      prefix.append([UInt8(ascii: "A")] + UInt32(length).bigEndianBytes)
      length += 5
    }
    return [1, UInt8(ascii: "n")] + prefix.reversed().flatMap { $0 }
  }

  /// A value of each kind that RabbitMQ keeps (its quorum queues make an "l" of an "L"), a name that occurs often, an
  /// empty one and one that is not UTF-8.
  private static var everyKind: [UInt8] {
    let values: [(Character, [UInt8])] = [
      ("t", [1]), ("b", [0xFF]), ("B", [0xFF]), ("s", [0xFF, 0xFE]), ("u", [0xFF, 0xFE]),
      ("I", [0xFF, 0xFF, 0xFF, 0xFE]),
      ("i", [0xFF, 0xFF, 0xFF, 0xFE]), ("l", [UInt8](repeating: 0xFE, count: 8)),
      ("f", [0x40, 0x48, 0xF5, 0xC3]), ("d", [0x80, 0, 0, 0, 0, 0, 0, 1]), ("D", [2, 0, 0, 1, 0x3A]),
      ("S", [0, 0, 0, 3, 0xFF, 0, 0xFE]), ("x", [0, 0, 0, 3, 0xFF, 0, 0xFE]), ("T", [0, 0, 0, 0, 0x65, 0, 0, 0]),
      ("V", []),
      ("A", [0, 0, 0, 3, UInt8(ascii: "t"), 1, UInt8(ascii: "V")]),
      ("F", [0, 0, 0, 4, 1, UInt8(ascii: "k"), UInt8(ascii: "t"), 0]),
    ]
    var entries: [UInt8] = []
    for (kind, value) in values { entries += [1, UInt8(ascii: "k"), kind.asciiValue ?? 0] + value }
    return entries + [0, UInt8(ascii: "V"), 2, 0xFF, 0xFE, UInt8(ascii: "V")]
  }
}
