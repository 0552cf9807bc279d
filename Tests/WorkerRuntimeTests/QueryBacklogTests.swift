import MessageContract
import Messaging
import TestFixtures
import Testing
import WorkspaceDomain

@testable import WorkerRuntime

/// How long queries wait for a replica before the primary is asked. The tests say what time it is.
@Suite(.timeLimit(.minutes(10))) struct QueryBacklogTests {
  private let settings: QuerySettings
  private let backlog: QueryBacklog

  /// `wait` is as long as `timeout`, so a query could expire before the primary is asked.
  init() {
    var settings = QuerySettings()
    settings.timeout = .seconds(60)
    settings.wait = .seconds(60)
    self.settings = settings
    backlog = QueryBacklog(settings)
  }

  private func query(
    minimum: String? = nil, expiration: ShortString? = nil, receivedAt: ContinuousClock.Instant = .now
  ) throws -> ReceivedQuery {
    var properties = MessageProperties()
    properties.expiration = expiration
    let minimum = minimum.map { ",\"minsequence\":\"\($0)\"" } ?? ""
    let delivery = Delivery(
      tag: DeliveryTag(generation: 1, number: 1), isRedelivered: false, exchange: "workspace.queries",
      routingKey: "workspace.list", properties: properties,
      body: QueryLaneFixture.body("q1", "workspace.list", .sample(1), minimum), receivedAt: receivedAt)
    return ReceivedQuery(
      try QueryDecoder().decode(delivery.body, properties), delivery,
      deadline: delivery.deadline(timeout: settings.timeout), intake: QueryIntake(FakeQuerySource(), limit: .max))
  }

  /// Takes what waits for a side. If nothing does, this waits until the time limit.
  private func take(_ side: QuerySide) async throws -> [ReceivedQuery] {
    let work = try await backlog.take(side)
    backlog.done(work, side)
    return work.queries
  }

  @Test(arguments: [nil, "9"] as [String?], [nil, "20000"] as [ShortString?])
  func `without a replica the primary is asked when half of the query's time is over, however long it could wait`(
    minimum: String?, expiration: ShortString?
  ) async throws {
    let query = try query(minimum: minimum, expiration: expiration)
    let half = query.delivery.receivedAt + .seconds(expiration == nil ? 30 : 10)
    backlog.add([query])
    #expect(backlog.tick(at: half.advanced(by: .milliseconds(-1))).isEmpty)
    let early = try await take(.replica)
    #expect(early.count == 1, "no replica may answer it any more")
    backlog.add(early)
    #expect(backlog.tick(at: half).isEmpty)
    #expect(try await take(.primary).count == 1)
  }

  @Test(arguments: [nil, "20000"] as [ShortString?])
  func `a lagging replica is waited for until half of the query's time is over`(expiration: ShortString?) async throws {
    let query = try query(minimum: "9", expiration: expiration)
    let half = query.delivery.receivedAt + .seconds(expiration == nil ? 30 : 10)
    backlog.await(query)
    #expect(backlog.tick(at: half.advanced(by: .milliseconds(-1))).isEmpty)
    #expect(backlog.sleepingCount == 1)
    #expect(backlog.tick(at: half).isEmpty)
    #expect(backlog.sleepingCount == 0)
    #expect(try await take(.primary).count == 1)
  }

  @Test func `in the second half of its time a query does not wait for a replica`() async throws {
    backlog.await(try query(minimum: "9", receivedAt: .now.advanced(by: .seconds(-30))))
    #expect(backlog.sleepingCount == 0)
    #expect(try await take(.primary).count == 1)
  }

  @Test func `a replica that has answered something meanwhile is not silent, and keeps the query`() async throws {
    let query = try query()
    backlog.add([query])
    backlog.learn([:], from: .replica)
    #expect(backlog.tick(at: query.delivery.receivedAt + .seconds(30)).isEmpty)
    #expect(try await take(.replica).count == 1)
  }
}
