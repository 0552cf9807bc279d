import Coordination
import Logging
import Messaging
import RabbitMQClient
import Synchronization
import TestSupport
import Testing

@Suite(.needsBroker, .virtualHost, .timeLimit(.minutes(10))) struct ReplyPublisherTests {
  /// The outcomes of replies, by queue.
  private final class Outcomes: Sendable {
    private let seen = Watched<[String: [ReplyOutcome]]>([:])

    func note(_ queue: String) -> @Sendable (ReplyOutcome) -> Void {
      { [seen] outcome in seen.update { $0[queue, default: []].append(outcome) } }
    }

    func of(_ queue: String, count: Int) async throws -> [ReplyOutcome] {
      let all = try await Patience.wait(for: "\(count) outcomes of \(queue)") { [seen] in
        try await seen.wait { $0[queue, default: []].count >= count }
      }
      return all[queue] ?? []
    }

    func count(of queue: String) -> Int { seen.value[queue, default: []].count }
  }

  private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  private func withReplies(
    _ configuration: RabbitMQConfiguration, limits: ReplyLedger.Limits = .ofBusyMachine,
    longestAbsence: Duration = .seconds(60), _ body: (ReplyPublisher) async throws -> Void
  ) async throws {
    let replies = ReplyPublisher(
      configuration, limits: limits, reconnect: Backoff(shortest: .milliseconds(10), longest: .milliseconds(50)),
      longestAbsence: longestAbsence, logger: Self.quiet)
    let running = Task { try await replies.run() }
    defer { running.cancel() }
    try await body(replies)
  }

  private static func replies(_ count: Int, to queue: ShortString) -> [AMQPMessage] {
    (0..<count).map { number in
      var properties = MessageProperties()
      properties.messageID = ShortString("\(number)")
      return AMQPMessage(exchange: "", routingKey: queue, properties: properties, body: Array("\(number)".utf8))
    }
  }

  @Test func `more than a window of replies arrives in order, despite a queue that refuses and one that is gone`()
    async throws
  {
    let host = try VirtualHost.required()
    var arguments = HeaderTable()
    arguments.append("x-max-length", Int64(1))
    arguments.append("x-overflow", "reject-publish")
    try await host.declare("full", arguments)
    try await host.publish(["1"], to: "full")
    try await host.declare("good", HeaderTable())
    let outcomes = Outcomes()
    try await withReplies(host.configuration("replies")) { replies in
      replies.send(Self.replies(3, to: "full"), settled: outcomes.note("full"))
      replies.send(Self.replies(3, to: "gone"), settled: outcomes.note("gone"))
      let strange = try #require(ShortString(bytes: [0xFF, 0xFE]))
      replies.send(Self.replies(1, to: strange), settled: outcomes.note("strange"))
      replies.send(Self.replies(1000, to: "good"), settled: outcomes.note("good"))
      let good = try await outcomes.of("good", count: 1000)
      #expect(good.allSatisfy { $0 == .delivered })
      let full = try await outcomes.of("full", count: 3)
      #expect(full == [.refused, .refused, .refused])
      let gone = try await outcomes.of("gone", count: 3)
      #expect(gone == [.unroutable, .unroutable, .unroutable])
      #expect(try await outcomes.of("strange", count: 1) == [.unroutable])
      await replies.waitUntilSettled()
    }
    let received = try await host.withConsumer(of: "good") { try await $0.collect(1000) }
    #expect(received.map(\.text) == (0..<1000).map { "\($0)" })
  }

  @Test func `replies in flight when the connection is lost are sent again`() async throws {
    let host = try VirtualHost.required()
    try await host.declare("again", HeaderTable())
    let outcomes = Outcomes()
    try await withReplies(host.configuration("replies to be cut")) { replies in
      replies.send(Self.replies(1, to: "again"), settled: outcomes.note("again"))
      let again = try await outcomes.of("again", count: 1)
      #expect(again == [.delivered])
      try await host.broker.management.closeConnections(named: "replies to be cut", in: host.name)
      replies.send(Self.replies(20, to: "again"), settled: outcomes.note("again"))
      let all = try await outcomes.of("again", count: 21)
      #expect(all.allSatisfy { $0 == .delivered })
    }
  }

  @Test func `a broker that is frozen costs no reply`() async throws {
    let host = try VirtualHost.required()
    try await host.declare("patient", HeaderTable())
    var configuration = try host.configuration("replies through a proxy")
    let proxy = try FaultProxy(toPort: configuration.port)
    configuration.port = proxy.port
    let outcomes = Outcomes()
    let patience: Duration = .seconds(5)
    try await withReplies(configuration, limits: .patience(patience)) { replies in
      replies.send(Self.replies(1, to: "patient"), settled: outcomes.note("patient"))
      let first = try await outcomes.of("patient", count: 1)
      #expect(first == [.delivered])
      proxy.freeze()
      replies.send(Self.replies(20, to: "patient"), settled: outcomes.note("patient"))
      // The time itself is tested: longer than a queue may take.
      try await Task.sleep(for: patience + .seconds(3))
      proxy.thaw()
      let all = try await outcomes.of("patient", count: 21)
      #expect(all.allSatisfy { $0 == .delivered })
    }
  }

  @Test func `a reply waits while the broker blocks publishers, and on the same connection`() async throws {
    // It takes one connection, and answers no calls for longer than they may take.
    let broker = try FakeBroker(.blocking(seconds: 15))
    var configuration = try broker.configuration()
    configuration.requestTimeout = .seconds(10)
    let outcomes = Outcomes()
    try await withReplies(configuration, limits: .patience(.seconds(8))) { replies in
      replies.send(Self.replies(2, to: "any"), settled: outcomes.note("any"))
      let all = try await outcomes.of("any", count: 2)
      #expect(all == [.delivered, .delivered])
    }
  }

  @Test func `without a broker a reply times out, after the longest absence`() async throws {
    let outcomes = Outcomes()
    try await withReplies(
      Self.nowhere(), limits: .patience(.milliseconds(100)), longestAbsence: .milliseconds(50)
    ) { replies in
      replies.send(Self.replies(2, to: "any"), settled: outcomes.note("any"))
      let lost = try await outcomes.of("any", count: 2)
      #expect(lost == [.timedOut, .timedOut])
    }
  }

  @Test func `who waits for all outcomes waits no longer than a queue may take, however long the broker is away`()
    async throws
  {
    let outcomes = Outcomes()
    try await withReplies(
      Self.nowhere(), limits: .patience(.milliseconds(100)), longestAbsence: .seconds(600)
    ) { replies in
      replies.send(Self.replies(2, to: "any"), settled: outcomes.note("any"))
      await replies.waitUntilSettled()
    }
    #expect(outcomes.count(of: "any") == 0, "they are left in the outbox")
  }

  /// Where nobody listens.
  private static func nowhere() throws -> RabbitMQConfiguration {
    try RabbitMQConfiguration(url: "amqp://127.0.0.1:\(ClosedPort.reserve())")
  }

  @Test func `a broker that answers, but confirms nothing, costs a reply its timeout, and further ones nothing`()
    async throws
  {
    let broker = try FakeBroker(.withholding)
    // Long enough to connect in.
    let limits = ReplyLedger.Limits.patience(.seconds(2))
    let outcomes = Outcomes()
    try await withReplies(broker.configuration(), limits: limits) { replies in
      replies.send(Self.replies(10, to: "silent"), settled: outcomes.note("silent"))
      let first = try await outcomes.of("silent", count: 10)
      // What waited for the window is given up with the first one whose time is over, be it a moment before its own.
      #expect(first.count { $0 == .timedOut } >= limits.firstWindow)
      #expect(first.allSatisfy { $0 == .timedOut || $0 == .suspended })
      replies.send(Self.replies(1, to: "silent"), settled: outcomes.note("later"))
      let later = try await outcomes.of("later", count: 1)
      #expect(later == [.suspended])
    }
  }
}

extension ReplyLedger.Limits {
  /// For tests that are not about giving up: connecting can be slow beside other tests.
  fileprivate static var ofBusyMachine: Self { .patience(Patience.limit) }

  fileprivate static func patience(_ patience: Duration) -> Self {
    var limits = Self()
    limits.patience = patience
    return limits
  }
}
