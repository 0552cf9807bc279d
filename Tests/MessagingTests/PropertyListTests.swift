import Messaging
import Testing

@Suite struct PropertyListTests {
  @Test func `no properties are two zero bytes`() throws {
    #expect(PropertyList(MessageProperties()).bytes == [0, 0])
    #expect(try PropertyList(bytes: [0, 0]).properties() == MessageProperties())
  }

  @Test func `flags and values are in the order of the specification`() {
    var properties = MessageProperties()
    properties.contentType = "a/b"
    properties.headers = HeaderTable(entries: [1, 2, 3])
    properties.deliveryMode = 2
    properties.timestamp = 0x0102_0304_0506_0708
    properties.clusterID = ""
    #expect(
      PropertyList(properties).bytes == [
        0b1011_0000, 0b0100_0100,
        3, UInt8(ascii: "a"), UInt8(ascii: "/"), UInt8(ascii: "b"),
        0, 0, 0, 3, 1, 2, 3,
        2,
        1, 2, 3, 4, 5, 6, 7, 8,
        0,
      ])
  }

  @Test func `every property comes back byte for byte`() throws {
    let properties = Self.everything
    #expect(try PropertyList(bytes: PropertyList(properties).bytes).properties() == properties)
  }

  @Test func `any choice of properties comes back`() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      let properties = Self.anything(using: &random)
      #expect(try PropertyList(properties).properties() == properties)
    }
  }

  @Test func `an empty property differs from an absent one`() throws {
    var properties = MessageProperties()
    properties.correlationID = ""
    properties.headers = HeaderTable()
    let decoded = try PropertyList(properties).properties()
    #expect(decoded.correlationID == "")
    #expect(decoded.headers == HeaderTable())
    #expect(decoded.messageID == nil)
  }

  @Test func `a truncated list is refused wherever it ends`() throws {
    let bytes = PropertyList(Self.everything).bytes
    for length in 0..<bytes.count {
      #expect(throws: PropertyList.DecodingError.truncated) {
        try PropertyList(bytes: Array(bytes.prefix(length))).properties()
      }
    }
  }

  @Test(arguments: [[0, 1], [0, 2], [0xFF, 0xFF]] as [[UInt8]])
  func `flags of no property are refused`(bytes: [UInt8]) {
    #expect(throws: PropertyList.DecodingError.unknownProperty) { try PropertyList(bytes: bytes).properties() }
  }

  @Test func `bytes after the last property are refused`() {
    #expect(throws: PropertyList.DecodingError.trailingBytes(count: 2)) {
      try PropertyList(bytes: [0, 0, 7, 7]).properties()
    }
  }

  @Test func `garbage never crashes`() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let bytes = (0..<Int.random(in: 0...64)).map { _ in UInt8.random(in: 0...255, using: &random) }
      _ = try? PropertyList(bytes: bytes).properties()
    }
  }

  private static let everything: MessageProperties = {
    var properties = MessageProperties()
    properties.contentType = "application/cloudevents+json"
    properties.contentEncoding = "identity"
    properties.headers = HeaderTable(entries: Array(0...255))
    properties.deliveryMode = 2
    properties.priority = 255
    properties.correlationID = ShortString(bytes: [0xFF, 0xFE, 0])
    properties.replyTo = "amq.rabbitmq.reply-to"
    properties.expiration = "60000"
    properties.messageID = ShortString(bytes: [UInt8](repeating: 0xC3, count: 255))
    properties.timestamp = .max
    properties.type = "workspace.created"
    properties.userID = "guest"
    properties.appID = "workspace-worker"
    properties.clusterID = ""
    return properties
  }()

  private static func anything(using random: inout SystemRandomNumberGenerator) -> MessageProperties {
    var properties = everything
    let strings: [WritableKeyPath<MessageProperties, ShortString?>] = [
      \.contentType, \.contentEncoding, \.correlationID, \.replyTo, \.expiration, \.messageID, \.type, \.userID,
      \.appID, \.clusterID,
    ]
    for string in strings where Bool.random(using: &random) { properties[keyPath: string] = nil }
    if Bool.random(using: &random) { properties.headers = nil }
    if Bool.random(using: &random) { properties.deliveryMode = nil }
    if Bool.random(using: &random) { properties.priority = nil }
    if Bool.random(using: &random) { properties.timestamp = nil }
    return properties
  }
}
