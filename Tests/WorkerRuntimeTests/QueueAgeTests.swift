import Messaging
import TestFixtures
import Testing
import WorkerRuntime
import WorkspaceDomain

/// How long a command was in the queue, according to its sender's time of sending.
@Suite struct QueueAgeTests {
  @Test(
    arguments: [
      (-10_000, true), (0, true), (30_000, true), (-86_000_000, true), (61_000, false), (-86_401_000, false),
      (-2 * 365 * 86_400_000, false), (20 * 365 * 86_400_000, false),
    ] as [(Int64, Bool)])
  func `a sender's time is measured only if it is plausible`(offset: Int64, isMeasured: Bool) async throws {
    let time = Timestamp(milliseconds: Timestamp.sample.milliseconds + offset)
    let fixture = ExecutorFixture()
    let inBody = CommandMessage("a", "list", extra: #","time":"\#(time)""#)
    let inProperty = CommandMessage("b", "list").with { $0.timestamp = UInt64(time.milliseconds / 1000) }
    let ages = try await fixture.run(inBody, inProperty).flatMap(\.deliveries).map(\.queue)
    #expect(ages.map { $0 != nil } == [isMeasured, isMeasured])
    for age in ages.compactMap(\.self) { #expect(age <= .milliseconds(max(0, -offset) + 1000)) }
  }
}
