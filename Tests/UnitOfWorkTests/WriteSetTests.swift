import Messaging
import Testing
import UnitOfWork

@Suite struct WriteSetTests {
  private static func message(_ bytes: Int, to exchange: ShortString = "results") -> AMQPMessage {
    AMQPMessage(
      exchange: exchange, routingKey: "key", properties: MessageProperties(), body: [UInt8](repeating: 1, count: bytes))
  }

  @Test func `an outbox entry accepts no more after a megabyte, however many messages there are`() {
    var writeSet = WriteSet()
    for _ in 1...100 { writeSet.send(Self.message(100_000)) }
    #expect(writeSet.outbox.flatMap(\.messages).count == 100)
    #expect(writeSet.outbox.dropLast().map(\.isFull) == Array(repeating: true, count: 9))
    let largest = writeSet.outbox.map(\.bytes).max() ?? 0
    #expect(largest < OutgoingMessages.maximumBytes + 110_000)
    #expect(writeSet.outbox.count == 10)
  }

  @Test func `replies are entries of their own, after all others`() {
    var writeSet = WriteSet()
    for exchange in ["results", "", "events", ""] as [ShortString] { writeSet.send(Self.message(1, to: exchange)) }
    #expect(writeSet.outgoing.map { $0.messages.map(\.exchange) } == [["results", "events"], ["", ""]])
  }
}
