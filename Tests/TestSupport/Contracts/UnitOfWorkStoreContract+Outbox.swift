import Messaging
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

extension UnitOfWorkStoreContract {
  static let outbox: [Self] = [
    Self("entries get increasing places in the given order") { stores in
      let store = try await stores.open()
      let messages = (0..<500).map { OutgoingMessages.sample(body: [UInt8(truncatingIfNeeded: $0)]) }
      let first = try await store.write { $0.outbox = Array(messages[..<250]) }
      let second = try await store.write { $0.outbox = Array(messages[250...]) }
      let ids = first + second
      #expect(ids.count == 500 && Set(ids).count == 500)
      #expect(ids == ids.sorted())
      let entries = try await store.unpublished(after: nil, limit: 1000, bytes: .max)
      #expect(entries == zip(ids, messages).map { OutboxEntry(id: $0, messages: $1.messages) })
    },

    Self("a message comes back complete") { stores in
      let store = try await stores.open()
      let message = OutgoingMessages([.withEverything])
      try await store.write { $0.outbox = [message] }
      #expect(try await store.unpublished(after: nil, limit: 10, bytes: .max).map(\.messages) == [[.withEverything]])
    },

    Self("an entry has all of its messages in order, of whatever size") { stores in
      let store = try await stores.open()
      let messages = (0..<300).map { number in
        AMQPMessage(
          exchange: "e", routingKey: "k", properties: MessageProperties(),
          body: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: number * 10))
      }
      try await store.write { $0.outbox = [OutgoingMessages(messages)] }
      #expect(try await store.unpublished(after: nil, limit: 10, bytes: .max).map(\.messages) == [messages])
    },

    Self("reading stops at the limit") { stores in
      let store = try await stores.open()
      let ids = try await store.write { $0.outbox = (0..<5).map { _ in .sample() } }
      #expect(try await store.unpublished(after: nil, limit: 3, bytes: .max).map(\.id) == Array(ids[..<3]))
      #expect(try await store.unpublished(after: nil, limit: 0, bytes: .max).isEmpty)
    },

    Self("reading continues after an entry, whether or not it was removed") { stores in
      let store = try await stores.open()
      let ids = try await store.write { $0.outbox = (0..<5).map { _ in .sample() } }
      try await store.remove([ids[1], ids[2]])
      #expect(try await store.unpublished(after: ids[0], limit: 1, bytes: .max).map(\.id) == [ids[3]])
      #expect(try await store.unpublished(after: ids[2], limit: 9, bytes: .max).map(\.id) == Array(ids[3...]))
      #expect(try await store.unpublished(after: ids[4], limit: 9, bytes: .max).isEmpty)
    },

    Self("reading stops after the entry that exceeds the limit in bytes") { stores in
      let store = try await stores.open()
      let ids = try await store.write { writeSet in
        writeSet.outbox = (0..<5).map { _ in .sample(body: [UInt8](repeating: 1, count: 10_000)) }
      }
      for (bytes, count) in [(0, 1), (9_000, 1), (15_000, 2), (25_000, 3), (35_000, 4), (1_000_000, 5)] {
        #expect(try await store.unpublished(after: nil, limit: 10, bytes: bytes).map(\.id) == Array(ids[..<count]))
      }
    },

    Self("confirmed entries are removed, at once or with the next unit of work") { stores in
      let store = try await stores.open()
      let ids = try await store.write { $0.outbox = (0..<4).map { _ in .sample() } }
      try await store.remove([ids[0], ids[2]])
      #expect(try await store.unpublished(after: nil, limit: 10, bytes: .max).map(\.id) == [ids[1], ids[3]])
      try await store.write { $0.confirmed = [ids[3]] }
      #expect(try await store.unpublished(after: nil, limit: 10, bytes: .max).map(\.id) == [ids[1]])
    },

    Self("removing missing entries, or none, does nothing") { stores in
      let store = try await stores.open()
      let ids = try await store.write { $0.outbox = [.sample()] }
      try await store.remove(ids)
      try await store.remove(ids)
      try await store.remove([])
      try await store.write { $0.confirmed = ids }
    },

    Self("a unit of work that was rolled back leaves no message, and removes none") { stores in
      let store = try await stores.open()
      let ids = try await store.write { $0.outbox = [.sample()] }
      try await store.expectConflict(nil) {
        $0.sequences = [.random(): 1]
        $0.outbox = [.sample()]
        $0.confirmed = ids
      }
      #expect(try await store.unpublished(after: nil, limit: 10, bytes: .max).map(\.id) == ids)
    },
  ]

  static let queues: [Self] = [
    Self("each queue has its own messages, which no other worker removes") { stores in
      let store = try await stores.open()
      let other = try await stores.open()
      let ids = try await store.write { $0.outbox = [.sample()] }
      let otherIDs = try await other.write { $0.outbox = [.sample()] }
      try await other.remove(ids)
      try await other.write { $0.confirmed = ids }
      #expect(try await store.unpublished(after: nil, limit: 10, bytes: .max).map(\.id) == ids)
      #expect(try await other.unpublished(after: nil, limit: 10, bytes: .max).map(\.id) == otherIDs)
    }
  ]
}

extension AMQPMessage {
  fileprivate static var withEverything: AMQPMessage {
    var properties = MessageProperties()
    properties.contentType = "application/cloudevents+json"
    properties.headers = HeaderTable(entries: [1, 97, 86])
    properties.deliveryMode = 2
    properties.correlationID = ShortString(bytes: [0xFF, 0, 0xFE])
    properties.messageID = ShortString(bytes: [0xC3, 0x28])
    properties.timestamp = 1_795_420_800
    return AMQPMessage(
      exchange: "", routingKey: ShortString(bytes: [0xFF, 0, 0x80]) ?? "", properties: properties,
      body: Array(0...255))
  }
}
