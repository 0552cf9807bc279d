import Messaging
import RabbitMQClient
import TestSupport
import Testing

@Suite(.needsBroker, .virtualHost, .timeLimit(.minutes(10))) struct PublisherTests {
  private let host: VirtualHost

  init() throws { host = try .required() }

  @Test func `ten thousand messages are confirmed and there`() async throws {
    try await host.declare("many")
    try await host.withPublisher { publisher in
      try await publisher.publish((0..<10_000).map { .text("\($0)", to: "many") })
    }
    #expect(try await host.depth(of: "many") == 10_000)
  }

  @Test func `a body of any size arrives unchanged, with frames of 128 KiB`() async throws {
    try await host.declare("sizes")
    let frameBody = 131_072 - 8
    let bodies = [0, 1, frameBody - 1, frameBody, frameBody + 1, 2 * frameBody, 1_000_000].map { size in
      (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }
    try await host.withPublisher { publisher in
      try await publisher.publish(
        bodies.map { AMQPMessage(exchange: "", routingKey: "sizes", properties: MessageProperties(), body: $0) })
    }
    try await host.withConsumer(of: "sizes") { consumer in
      let deliveries = try await consumer.collect(bodies.count)
      #expect(deliveries.map(\.body) == bodies)
    }
  }

  @Test func `batches of many tasks keep their own order`() async throws {
    try await host.declare("tasks")
    try await host.withPublisher { publisher in
      try await withThrowingTaskGroup { group in
        for task in 0..<20 {
          group.addTask { try await publisher.publish((0..<50).map { .text("\(task) \($0)", to: "tasks") }) }
        }
        try await group.waitForAll()
      }
    }
    try await host.withConsumer(of: "tasks") { consumer in
      let texts = try await consumer.collect(1000).map(\.text)
      for task in 0..<20 {
        #expect(texts.filter { $0.hasPrefix("\(task) ") } == (0..<50).map { "\(task) \($0)" })
      }
    }
  }

  @Test func `a window of one confirms one after the other`() async throws {
    try await host.declare("window")
    var options = PublisherOptions()
    options.maximumUnconfirmed = 1
    try await host.withPublisher(options) { try await $0.publish((0..<20).map { .text("\($0)", to: "window") }) }
    #expect(try await host.depth(of: "window") == 20)
  }

  @Test func `publishing nothing does not wait`() async throws {
    try await host.withPublisher { try await $0.publish([]) }
  }

  @Test func `an unroutable mandatory message is an error that names it`() async throws {
    try await host.declare("taken")
    var options = PublisherOptions()
    options.isMandatory = true
    try await host.withPublisher(options) { publisher in
      var lost = MessageProperties()
      lost.messageID = "id-1"
      let message = AMQPMessage(exchange: "amq.topic", routingKey: "no.queue", properties: lost, body: [1])
      let error = try #require(
        await #expect(throws: RabbitMQError.self) {
          try await publisher.publish([.text("a", to: "taken"), message, .text("b", to: "taken")])
        })
      guard case .unroutable(let messages) = error else {
        Issue.record(error)
        return
      }
      #expect(messages.map(\.code) == [.noRoute])
      #expect(messages.map(\.messageID) == ["id-1"])
      #expect(messages.map(\.routingKey) == ["no.queue"])
      try await publisher.publish([.text("c", to: "taken")])
    }
    #expect(try await host.depth(of: "taken") == 3)
  }

  @Test func `a mandatory message is returned even if its names are not UTF-8`() async throws {
    var options = PublisherOptions()
    options.isMandatory = true
    let name = try #require(ShortString(bytes: [0xFF, 0x61]))
    try await host.withPublisher(options) { publisher in
      var properties = MessageProperties()
      properties.messageID = name
      let message = AMQPMessage(exchange: "amq.topic", routingKey: name, properties: properties, body: [1])
      let error = await #expect(throws: RabbitMQError.self) { try await publisher.publish([message]) }
      guard case .unroutable(let messages) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(messages.map(\.routingKey) == [name] && messages.map(\.messageID) == [name])
    }
  }

  @Test func `without mandatory an unroutable message counts as confirmed`() async throws {
    try await host.withPublisher { try await $0.publish([.text("a", to: "nobody")]) }
  }

  @Test func `a full queue refuses, and nothing overtakes the refused message`() async throws {
    var arguments = HeaderTable()
    arguments.append("x-max-length", Int64(3))
    arguments.append("x-overflow", "reject-publish")
    try await host.declare("full", arguments)
    try await host.declare("elsewhere")
    try await host.withPublisher { publisher in
      try await publisher.publish((0..<3).map { .text("\($0)", to: "full") })
      await #expect(throws: RabbitMQError.messageRefused) {
        try await publisher.publish((0..<10).map { .text("\($0)", to: "full") })
      }
      await #expect(throws: RabbitMQError.messageRefused) {
        try await publisher.publish([.text("elsewhere", to: "elsewhere")])
      }
    }
    #expect(try await host.depth(of: "elsewhere") == 0)
  }

  @Test func `without ordering, refused, returned and oversized messages fail individually`() async throws {
    var arguments = HeaderTable()
    arguments.append("x-max-length", Int64(1))
    arguments.append("x-overflow", "reject-publish")
    try await host.declare("narrow", arguments)
    try await host.declare("wide")
    // A queue may take one more than its limit.
    try await host.withPublisher { publisher in
      _ = await #expect(throws: RabbitMQError.messageRefused) {
        try await publisher.publish((0..<9).map { .text("\($0)", to: "narrow") })
      }
    }
    var properties = MessageProperties()
    properties.headers = {
      var headers = HeaderTable()
      headers.append("large", String(repeating: "x", count: 131_072))
      return headers
    }()
    let tooLarge = AMQPMessage(exchange: "", routingKey: "wide", properties: properties, body: [])
    let lost = AMQPMessage.text("x", to: "none")
    var options = PublisherOptions()
    (options.isMandatory, options.keepsOrder) = (true, false)
    try await host.withPublisher(options) { publisher in
      // Two that are equal are each returned.
      let messages = [.text("a", to: "wide"), lost, tooLarge, lost, .text("b", to: "narrow"), .text("c", to: "wide")]
      var confirmations: [any PublisherConfirmation] = []
      for message in messages { confirmations.append(try await publisher.submit([message])) }
      var outcomes: [String] = []
      for confirmation in confirmations {
        do {
          try await confirmation.wait()
          outcomes.append("sent")
        } catch let error as RabbitMQError {
          switch error {
          case .unroutable(let returned): outcomes.append("returned \(returned.count)")
          case .unpublishable: outcomes.append("too large")
          case .messageRefused: outcomes.append("refused")
          default: outcomes.append("\(error)")
          }
        }
      }
      #expect(outcomes == ["sent", "returned 1", "too large", "returned 1", "refused", "sent"])
    }
    #expect(try await host.depth(of: "wide") == 2)
  }

  @Test func `an unknown exchange is reported to the caller, and to the next`() async throws {
    try await host.withPublisher { publisher in
      let message = AMQPMessage(exchange: "unknown", routingKey: "", properties: MessageProperties(), body: [])
      let error = try #require(await #expect(throws: RabbitMQError.self) { try await publisher.publish([message]) })
      guard case .channelClosed(.notFound, let text) = error else {
        Issue.record(error)
        return
      }
      #expect(text.contains("no exchange 'unknown'"))
      await #expect(throws: error) { try await publisher.publish([message]) }
      #expect(try await publisher.connection.waitUntilClosed() == error)
    }
  }

  @Test func `a message that fits no frame is refused before it is sent`() async throws {
    try await host.declare("frame")
    var properties = MessageProperties()
    var headers = HeaderTable()
    headers.append("large", String(repeating: "x", count: 131_072))
    properties.headers = headers
    let tooLarge = AMQPMessage(exchange: "", routingKey: "frame", properties: properties, body: [])
    properties.headers = HeaderTable(entries: [1, 2, 3])
    let malformed = AMQPMessage(exchange: "", routingKey: "frame", properties: properties, body: [])
    for message in [tooLarge, malformed] {
      try await host.withPublisher { publisher in
        let fine = AMQPMessage.text("fine", to: "frame")
        let error = try #require(
          await #expect(throws: RabbitMQError.self) { try await publisher.publish([fine, message, fine]) })
        guard case .unpublishable = error else {
          Issue.record(error)
          return
        }
      }
    }
    // Nobody waited for their confirms: they may not have reached the queue yet.
    try await Patience.poll(for: "the messages before them arrive") { try await host.depth(of: "frame") == 2 }
  }

  @Test func `nothing overtakes a message that can't be published`() async throws {
    try await host.declare("behind")
    var options = PublisherOptions()
    // The second waits until the first is confirmed.
    options.maximumUnconfirmed = 1
    try await host.withPublisher(options) { publisher in
      var properties = MessageProperties()
      properties.headers = HeaderTable(entries: [UInt8](repeating: 0, count: 200_000))
      let unpublishable = AMQPMessage(exchange: "", routingKey: "behind", properties: properties, body: [1])
      let first = try await publisher.submit([.text("first", to: "behind")])
      let second = try await publisher.submit([unpublishable])
      try await first.wait()
      await #expect(throws: RabbitMQError.self) { try await second.wait() }
      await #expect(throws: RabbitMQError.self) { try await publisher.publish([.text("third", to: "behind")]) }
    }
    #expect(try await host.depth(of: "behind") == 1)
  }

  @Test func `a cancelled publish ends at once, and nothing overtakes its unsent messages`() async throws {
    try await host.declare("cancelled")
    try await host.withPublisher { publisher in
      let publishing = Task { try await publisher.publish((0..<100_000).map { .text("\($0)", to: "cancelled") }) }
      publishing.cancel()
      await #expect(throws: CancellationError.self) { try await publishing.value }
      await #expect(throws: RabbitMQError.closed) { try await publisher.publish([.text("last", to: "cancelled")]) }
    }
  }

  @Test func `a connection closed by an operator ends a publish`() async throws {
    try await host.declare("forced")
    try await host.withPublisher(PublisherOptions(), host.configuration("publisher-to-be-closed")) { publisher in
      let publishing = Task {
        while true { try await publisher.publish([.text("x", to: "forced")]) }
      }
      try await host.broker.management.closeConnections(named: "publisher-to-be-closed", in: host.name)
      let error = try #require(await #expect(throws: RabbitMQError.self) { try await publishing.value })
      guard case .connectionClosed(.connectionForced, _) = error else {
        Issue.record(error)
        return
      }
    }
  }
}
