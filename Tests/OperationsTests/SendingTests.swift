import Coordination
import Messaging
import Operations
import Synchronization
import Testing

@Suite struct SendingTests {
  private struct Commands: CommandSource {
    struct Unreadable: Error {}

    let count: Int?
    /// After this many, one can't be read.
    var end: Int?
    private var number = 0

    init(count: Int, end: Int? = nil) {
      self.count = count
      self.end = end
    }

    mutating func next() throws -> OutgoingCommand? {
      guard number != end else { throw Unreadable() }
      guard number < count ?? 0 else { return nil }
      number += 1
      return OutgoingCommand(type: "workspace.get", id: "\(number)", body: Array("\(number)".utf8))
    }
  }

  /// A broker, and a worker that has sent these results in advance.
  private final class Gateway: SendingGateway {
    struct Link: SendingLink {
      let gateway: Gateway
      func publisher() async throws -> any MessagePublisher { gateway.destination }
      func close() async { gateway.opened.withLock { $0 -= 1 } }
    }

    struct Replies: ReplyQueue {
      let gateway: Gateway
      let name: ShortString = "replies"
      func next(within patience: Duration) async throws -> [Delivery]? {
        gateway.results.withLock { $0.isEmpty ? nil : $0.removeFirst() }
      }
      func close() async { gateway.opened.withLock { $0 -= 1 } }
    }

    let destination: FakePublisher
    private let results: Mutex<[[Delivery]]>
    private let opened = Mutex(0)

    init(_ results: [[Delivery]] = [], failures: [UInt8: PublishingObstacle?] = [:]) {
      self.results = Mutex(results)
      destination = FakePublisher(failures: failures)
    }

    var openCount: Int { opened.withLock { $0 } }

    func open() async throws -> any SendingLink {
      opened.withLock { $0 += 1 }
      return Link(gateway: self)
    }

    func openReplies() async throws -> any ReplyQueue {
      opened.withLock { $0 += 1 }
      return Replies(gateway: self)
    }
  }

  private struct Observer: SendingObserver {
    var sent: [Int] = []
    var received: [Int] = []

    mutating func sent(_ count: Int) { sent.append(count) }
    mutating func received(_ body: [UInt8], sequence: Int64?, _ count: Int) { received.append(count) }
  }

  private static func result(_ correlationID: ShortString, _ type: String, code: String? = nil) -> Delivery {
    reply(correlationID, text(type, code: code))
  }

  private static func text(_ type: String, command: String = "c", code: String? = nil) -> String {
    let data = code.map { #"{"error":{"code":"\#($0)"}}"# } ?? "{}"
    return #"{"type":"\#(type)","commandid":"\#(command)","data":\#(data)}"#
  }

  private static func reply(_ correlationID: ShortString, _ body: String) -> Delivery {
    var properties = MessageProperties()
    properties.correlationID = correlationID
    return Delivery(
      tag: DeliveryTag(generation: 1, number: 1), isRedelivered: false, exchange: "", routingKey: "replies",
      properties: properties, body: Array(body.utf8))
  }

  private func send(
    _ commands: Commands, _ gateway: Gateway, rate: Int? = nil, batch: (count: Int, bytes: Int)? = nil,
    awaitingResults timeout: Duration? = nil
  ) async throws -> (SendSummary, Observer) {
    var (source, observer): (any CommandSource, Observer) = (commands, Observer())
    let sending = Sending(gateway, to: "workspace.commands", as: "sender", rate: rate, batch: batch)
    return (try await sending.run(&source, awaitingResults: timeout, &observer), observer)
  }

  @Test func `commands go to their exchange in order, a chunk at a time, and no replies are requested`() async throws {
    let gateway = Gateway()
    let (summary, observer) = try await send(Commands(count: 401), gateway)
    #expect(summary.sent == 401 && observer.sent == [200, 400, 401])
    let messages = gateway.destination.messages
    #expect(messages.map { $0.properties.messageID?.text } == (1...401).map { "\($0)" })
    #expect(messages.allSatisfy { $0.exchange == "workspace.commands" && $0.properties.userID == "sender" })
    #expect(messages.allSatisfy { $0.properties.replyTo == nil && $0.properties.correlationID == nil })
    #expect(gateway.openCount == 0)
  }

  @Test func `a rate limits chunks to a tenth of a second`() async throws {
    let (_, observer) = try await send(Commands(count: 250), Gateway(), rate: 1000)
    #expect(observer.sent == [100, 200, 250])
  }

  @Test func `the commands before an unreadable one are sent`() async throws {
    let gateway = Gateway()
    await #expect(throws: Commands.Unreadable.self) { try await send(Commands(count: 10, end: 3), gateway) }
    #expect(gateway.destination.messages.count == 3 && gateway.openCount == 0)
  }

  @Test func `commands that the broker did not confirm may have been sent, and are named; refused ones are not`()
    async throws
  {
    let first = UInt8(ascii: "1")
    let open = await #expect(throws: UnconfirmedCommands.self) {
      try await send(Commands(count: 1), Gateway(failures: [first: nil]))
    }
    #expect(open.map { "\($0)" }?.hasSuffix("repeat it with the same id only: 1") == true)
    let rest = await #expect(throws: UnconfirmedCommands.self) {
      try await send(Commands(count: 250), Gateway(failures: [UInt8(ascii: "2"): nil]), rate: 1000)
    }
    #expect(rest.map { "\($0)" }?.contains("Confirmed are the first 200;") == true)
    await #expect(throws: PublishingFailure.self) {
      try await send(Commands(count: 1), Gateway(failures: [first: .unroutable]))
    }
  }

  @Test func `each command has one result, even if results come twice`() async throws {
    let gateway = Gateway([
      [Self.result("0", "workspace.get.succeeded"), Self.result("0", "workspace.get.succeeded")],
      [Self.result("2", "workspace.get.rejected", code: "workspace_not_found")],
      [Self.result("1", "workspace.get.failed", code: "unexpected_failure")],
    ])
    let (summary, observer) = try await send(Commands(count: 3), gateway, awaitingResults: .seconds(1))
    #expect(summary.unanswered == 0 && observer.received == [1, 2, 3])
    #expect(summary.count(ending: ".rejected") == 1 && summary.count(ending: ".failed") == 1)
    #expect(summary.codes == ["workspace_not_found": 1, "unexpected_failure": 1])
    #expect(gateway.destination.messages.map { $0.properties.correlationID } == ["0", "1", "2"])
    #expect(gateway.openCount == 0)
  }

  @Test func `batches hold the given number of commands, and each command has a result, together or alone`()
    async throws
  {
    let together =
      "["
      + [("1", nil), ("2", "nope")].map { Self.text("workspace.get.succeeded", command: $0, code: $1) }.joined(
        separator: ",") + "]"
    let gateway = Gateway([
      [Self.reply("0", together), Self.reply("0", together)],
      [
        Self.reply("0", Self.text("workspace.get.succeeded", command: "3")),
        Self.reply("3", "[" + Self.text("workspace.get.failed", command: "4") + "]"),
      ],
    ])
    let (summary, observer) = try await send(
      Commands(count: 4), gateway, batch: (3, 4 << 20), awaitingResults: .seconds(1))
    #expect(summary.sent == 4 && summary.unanswered == 0 && observer.received == [1, 2, 3, 4])
    #expect(summary.codes == ["nope": 1] && summary.count(ending: ".failed") == 1)
    let messages = gateway.destination.messages
    #expect(messages.map { String(decoding: $0.body, as: UTF8.self) } == ["[1,2,3]", "[4]"])
    #expect(messages.map { $0.properties.correlationID } == ["0", "3"])
    #expect(
      messages.allSatisfy {
        $0.properties.contentType == "application/cloudevents-batch+json" && $0.properties.replyTo == "replies"
      })
  }

  @Test func `a batch is no larger than a worker accepts`() async throws {
    let gateway = Gateway()
    // [1,2,3] has seven bytes.
    let (summary, _) = try await send(Commands(count: 7), gateway, batch: (1000, 7))
    #expect(summary.sent == 7)
    #expect(
      gateway.destination.messages.map { String(decoding: $0.body, as: UTF8.self) } == ["[1,2,3]", "[4,5,6]", "[7]"])
  }

  @Test func `commands whose result does not come in time are counted`() async throws {
    let gateway = Gateway([[Self.result("0", "workspace.get.succeeded")]])
    let (summary, _) = try await send(Commands(count: 3), gateway, awaitingResults: .seconds(1))
    #expect(summary.sent == 3 && summary.unanswered == 2 && gateway.openCount == 0)
  }
}
