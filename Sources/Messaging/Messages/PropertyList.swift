/// Message properties in the format of a content header frame: 16 bits that say which are present, then their values in
/// the same order (AMQP 0-9-1 section 4.2.6.1, "The Content Header").
package struct PropertyList: Sendable, Equatable {
  package let bytes: [UInt8]

  package init(bytes: [UInt8]) { self.bytes = bytes }

  package init(_ properties: MessageProperties) {
    var encoder = PropertyListEncoder()
    encoder.append(properties.contentType, .contentType)
    encoder.append(properties.contentEncoding, .contentEncoding)
    encoder.append(properties.headers, .headers)
    encoder.append(properties.deliveryMode, .deliveryMode)
    encoder.append(properties.priority, .priority)
    encoder.append(properties.correlationID, .correlationID)
    encoder.append(properties.replyTo, .replyTo)
    encoder.append(properties.expiration, .expiration)
    encoder.append(properties.messageID, .messageID)
    encoder.append(properties.timestamp, .timestamp)
    encoder.append(properties.type, .type)
    encoder.append(properties.userID, .userID)
    encoder.append(properties.appID, .appID)
    encoder.append(properties.clusterID, .clusterID)
    bytes = encoder.bytes
  }

  /// Why bytes aren't a property list.
  package enum DecodingError: Error, Sendable, Hashable {
    case truncated
    /// A flag that isn't a property of the class "basic", or announces more flags.
    case unknownProperty
    case trailingBytes(count: Int)
  }

  package func properties() throws(DecodingError) -> MessageProperties {
    var decoder = try PropertyListDecoder(bytes)
    var properties = MessageProperties()
    properties.contentType = try decoder.shortString(.contentType)
    properties.contentEncoding = try decoder.shortString(.contentEncoding)
    properties.headers = try decoder.table(.headers)
    properties.deliveryMode = try decoder.octet(.deliveryMode)
    properties.priority = try decoder.octet(.priority)
    properties.correlationID = try decoder.shortString(.correlationID)
    properties.replyTo = try decoder.shortString(.replyTo)
    properties.expiration = try decoder.shortString(.expiration)
    properties.messageID = try decoder.shortString(.messageID)
    properties.timestamp = try decoder.longLong(.timestamp)
    properties.type = try decoder.shortString(.type)
    properties.userID = try decoder.shortString(.userID)
    properties.appID = try decoder.shortString(.appID)
    properties.clusterID = try decoder.shortString(.clusterID)
    try decoder.end()
    return properties
  }
}

/// The bits of the first word of flags, the only one for the class "basic".
private struct PropertyFlags: OptionSet {
  let rawValue: UInt16

  static let contentType = Self(rawValue: 1 << 15)
  static let contentEncoding = Self(rawValue: 1 << 14)
  static let headers = Self(rawValue: 1 << 13)
  static let deliveryMode = Self(rawValue: 1 << 12)
  static let priority = Self(rawValue: 1 << 11)
  static let correlationID = Self(rawValue: 1 << 10)
  static let replyTo = Self(rawValue: 1 << 9)
  static let expiration = Self(rawValue: 1 << 8)
  static let messageID = Self(rawValue: 1 << 7)
  static let timestamp = Self(rawValue: 1 << 6)
  static let type = Self(rawValue: 1 << 5)
  static let userID = Self(rawValue: 1 << 4)
  static let appID = Self(rawValue: 1 << 3)
  static let clusterID = Self(rawValue: 1 << 2)
  /// Bit 0 announces another word of flags; bit 1 is unused.
  static let unknown = Self(rawValue: 0b11)
}

private struct PropertyListEncoder {
  private var flags: PropertyFlags = []
  /// Starts with room for the flags, which are known only at the end.
  private var values: [UInt8]

  init() {
    values = []
    values.reserveCapacity(256)
    values += [0, 0]
  }

  var bytes: [UInt8] {
    var bytes = values
    bytes[0] = UInt8(flags.rawValue >> 8)
    bytes[1] = UInt8(flags.rawValue & 0xFF)
    return bytes
  }

  mutating func append(_ string: ShortString?, _ flag: PropertyFlags) {
    guard let string else { return }
    flags.insert(flag)
    values.append(UInt8(string.bytes.count))
    values.append(contentsOf: string.bytes)
  }

  mutating func append(_ table: HeaderTable?, _ flag: PropertyFlags) {
    guard let table else { return }
    flags.insert(flag)
    append(bigEndian: UInt32(table.entries.count))
    values.append(contentsOf: table.entries)
  }

  mutating func append(_ number: (some FixedWidthInteger)?, _ flag: PropertyFlags) {
    guard let number else { return }
    flags.insert(flag)
    append(bigEndian: number)
  }

  private mutating func append(bigEndian number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.bigEndian) { values.append(contentsOf: $0) }
  }
}

private struct PropertyListDecoder {
  private let flags: PropertyFlags
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) throws(PropertyList.DecodingError) {
    guard bytes.count >= 2 else { throw .truncated }
    flags = PropertyFlags(rawValue: UInt16(bytes[0]) << 8 | UInt16(bytes[1]))
    guard flags.isDisjoint(with: .unknown) else { throw .unknownProperty }
    rest = bytes.dropFirst(2)
  }

  mutating func shortString(_ flag: PropertyFlags) throws(PropertyList.DecodingError) -> ShortString? {
    guard flags.contains(flag) else { return nil }
    return ShortString(bytes: Array(try take(Int(integer(UInt8.self)))))
  }

  mutating func table(_ flag: PropertyFlags) throws(PropertyList.DecodingError) -> HeaderTable? {
    guard flags.contains(flag) else { return nil }
    return HeaderTable(entries: Array(try take(Int(integer(UInt32.self)))))
  }

  mutating func octet(_ flag: PropertyFlags) throws(PropertyList.DecodingError) -> UInt8? {
    flags.contains(flag) ? try integer(UInt8.self) : nil
  }

  mutating func longLong(_ flag: PropertyFlags) throws(PropertyList.DecodingError) -> UInt64? {
    flags.contains(flag) ? try integer(UInt64.self) : nil
  }

  func end() throws(PropertyList.DecodingError) {
    guard rest.isEmpty else { throw .trailingBytes(count: rest.count) }
  }

  private mutating func integer<Number: FixedWidthInteger>(
    _ type: Number.Type
  ) throws(PropertyList.DecodingError) -> Number {
    try take(MemoryLayout<Number>.size).reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
  }

  private mutating func take(_ count: Int) throws(PropertyList.DecodingError) -> ArraySlice<UInt8> {
    guard rest.count >= count else { throw .truncated }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }
}
