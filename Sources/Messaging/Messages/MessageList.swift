/// Complete messages as one byte sequence, the form in which they are stored until they are published: for each message
/// its exchange, routing key, property list and body, each preceded by its length in four bytes, big-endian.
package struct MessageList: Sendable, Equatable {
  package let bytes: [UInt8]

  package init(bytes: [UInt8]) { self.bytes = bytes }

  package init(_ messages: [AMQPMessage]) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(
      messages.reduce(0) { $0 + $1.body.count + $1.propertyList.bytes.count + 16 + 2 * ShortString.maximumBytes })
    for message in messages {
      bytes.append(counted: message.exchange.bytes)
      bytes.append(counted: message.routingKey.bytes)
      bytes.append(counted: message.propertyList.bytes)
      bytes.append(counted: message.body)
    }
    self.bytes = bytes
  }

  /// Why bytes aren't a list of messages.
  package enum DecodingError: Error, Sendable, Hashable {
    case truncated
    /// An exchange or routing key is longer than an AMQP short string.
    case longName
    case properties(PropertyList.DecodingError)
  }

  package func messages() throws(DecodingError) -> [AMQPMessage] {
    var reader = CountedReader(rest: bytes[...])
    var messages: [AMQPMessage] = []
    while !reader.isAtEnd { messages.append(try reader.message()) }
    return messages
  }
}

extension [UInt8] {
  fileprivate mutating func append(counted part: [UInt8]) {
    Swift.withUnsafeBytes(of: UInt32(part.count).bigEndian) {
      append(contentsOf: $0.assumingMemoryBound(to: UInt8.self))
    }
    part.withUnsafeBufferPointer { append(contentsOf: $0) }
  }
}

private struct CountedReader {
  var rest: ArraySlice<UInt8>

  var isAtEnd: Bool { rest.isEmpty }

  mutating func message() throws(MessageList.DecodingError) -> AMQPMessage {
    let (exchange, routingKey) = (try name(), try name())
    let list = PropertyList(bytes: Array(try part()))
    do throws(PropertyList.DecodingError) { _ = try list.properties() } catch { throw .properties(error) }
    return AMQPMessage(exchange: exchange, routingKey: routingKey, propertyList: list, body: Array(try part()))
  }

  private mutating func name() throws(MessageList.DecodingError) -> ShortString {
    guard let name = ShortString(bytes: Array(try part())) else { throw .longName }
    return name
  }

  private mutating func part() throws(MessageList.DecodingError) -> ArraySlice<UInt8> {
    guard rest.count >= 4 else { throw .truncated }
    let count = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    rest = rest.dropFirst(4)
    guard rest.count >= count else { throw .truncated }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }
}
