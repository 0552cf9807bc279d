import Messaging
import Testing

@Suite struct MessageListTests {
  private func message(_ body: [UInt8], replyTo: ShortString? = nil) -> AMQPMessage {
    var properties = MessageProperties()
    properties.messageID = "m"
    properties.replyTo = replyTo
    properties.headers = HeaderTable(entries: [1, 97, 86])
    return AMQPMessage(exchange: "e", routingKey: "k", properties: properties, body: body)
  }

  @Test func `messages come back unchanged, in order`() throws {
    let messages = [message([]), message([0, 255], replyTo: ""), message([UInt8](repeating: 7, count: 70_000))]
    #expect(try MessageList(messages).messages() == messages)
    #expect(try MessageList([]).messages() == [])
  }

  @Test func `a truncated list is refused wherever it ends`() {
    let bytes = MessageList([message([1, 2, 3])]).bytes
    for count in 1..<bytes.count {
      #expect(throws: MessageList.DecodingError.truncated) { try MessageList(bytes: Array(bytes[..<count])).messages() }
    }
  }

  @Test func `a name longer than AMQP allows is refused`() {
    let bytes: [UInt8] =
      [0, 0, 1, 0] + [UInt8](repeating: 65, count: 256) + [0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0]
    #expect(throws: MessageList.DecodingError.longName) { try MessageList(bytes: bytes).messages() }
  }

  @Test func `a length beyond the end is refused`() {
    #expect(throws: MessageList.DecodingError.truncated) { try MessageList(bytes: [255, 255, 255, 255, 1]).messages() }
  }
}
