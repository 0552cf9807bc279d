import Coordination
import Synchronization
import TestFixtures
import Testing

@Suite struct ReconnectingTests {
  private struct Lost: Error, Equatable {}
  private struct GivenUp: Error {}

  /// What the loop does, as a transcript; time advances only when an attempt says so, and delays are the longest
  /// possible.
  private final class Loop: Sendable {
    let entries = Mutex<[String]>([])
    let clock = ManualClock()

    func note(_ entry: String) { entries.withLock { $0.append(entry) } }

    /// - Parameter attempt: gets the number of the attempt, from 1. After `count` attempts the loop ends.
    func run(
      _ count: Int, failed: (any Error, Duration) throws -> Void = { _, _ in },
      _ attempt: (Int, inout Reconnecting.Attempt) throws -> Void
    ) async throws -> [String] {
      let reconnecting = Reconnecting(
        Backoff(shortest: .milliseconds(10), longest: .milliseconds(80)),
        pause: { [self] delay, _ in note("pause \(delay / .milliseconds(1))") },
        now: clock.now, random: { 1 })
      var number = 0
      try await reconnecting.run(until: { number == count }) { current in
        number += 1
        note("attempt \(number)")
        try attempt(number, &current)
      } failed: { error, delay in
        note("failed \(delay / .milliseconds(1))")
        try failed(error, delay)
      }
      return entries.withLock { $0 }
    }
  }

  @Test func `each failure is reported before its pause, which grows up to the maximum`() async throws {
    let entries = try await Loop().run(4) { _, _ in throw Lost() }
    #expect(
      entries == [
        "attempt 1", "failed 20.0", "pause 20.0", "attempt 2", "failed 40.0", "pause 40.0", "attempt 3", "failed 80.0",
        "pause 80.0", "attempt 4", "failed 80.0", "pause 80.0",
      ])
  }

  @Test func `an attempt that returns is followed by the next at once, and resets the delay`() async throws {
    let entries = try await Loop().run(4) { number, _ in if number != 3 { throw Lost() } }
    #expect(entries.filter { $0.hasPrefix("pause") } == ["pause 20.0", "pause 40.0", "pause 20.0"])
    #expect(entries.suffix(4) == ["attempt 3", "attempt 4", "failed 20.0", "pause 20.0"])
  }

  @Test func `an attempt that made progress resets the delay, even if it fails`() async throws {
    let entries = try await Loop().run(4) { number, current in
      if number == 3 { current.succeeded() }
      throw Lost()
    }
    #expect(entries.filter { $0.hasPrefix("pause") } == ["pause 20.0", "pause 40.0", "pause 20.0", "pause 40.0"])
  }

  @Test(arguments: [(80, 80.0), (81, 20.0)])
  func `a connection that lasted longer than the maximum delay resets the delay`(held: Int, last: Double) async throws {
    let loop = Loop()
    let entries = try await loop.run(4) { number, current in
      current.connected()
      if number == 4 { loop.clock.advance(by: .milliseconds(held)) }
      throw Lost()
    }
    #expect(entries.last == "pause \(last)")
  }

  @Test func `an error thrown by the failure handler ends the loop`() async throws {
    let loop = Loop()
    await #expect(throws: GivenUp.self) {
      _ = try await loop.run(4, failed: { _, _ in throw GivenUp() }) { _, _ in throw Lost() }
    }
    #expect(loop.entries.withLock { $0 } == ["attempt 1", "failed 20.0"])
  }

  @Test func `cancellation ends the loop whatever the attempt makes of it, and is no failure`() async throws {
    let loop = Loop()
    let task = Task {
      try await loop.run(4) { _, _ in
        withUnsafeCurrentTask { $0?.cancel() }
        throw Lost()
      }
    }
    await #expect(throws: CancellationError.self) { _ = try await task.value }
    #expect(loop.entries.withLock { $0 } == ["attempt 1"])
  }

  @Test func `a loop that is cancelled before it begins does nothing`() async throws {
    #expect(try await Loop().run(0) { _, _ in throw Lost() } == [])
  }
}
