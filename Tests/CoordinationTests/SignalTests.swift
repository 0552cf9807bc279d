import Coordination
import Testing

@Suite(.timeLimit(.minutes(10))) struct SignalTests {
  private let signal = Signal<Void>()

  @Test func `raising the signal resumes everyone who waits, and later callers don't wait`() async {
    #expect(!signal.isRaised)
    await withTaskGroup { group in
      for _ in 0..<20 { group.addTask { await signal.wait() } }
      await Task.yield()
      signal.raise()
    }
    #expect(signal.isRaised)
    await signal.wait()
    signal.raise()
    await signal.wait()
  }

  @Test(arguments: [true, false])
  func `a cancelled wait returns without raising the signal`(yields: Bool) async {
    let task = Task { await signal.wait() }
    if yields { await Task.yield() }
    task.cancel()
    await task.value
    #expect(!signal.isRaised)
  }

  @Test(arguments: 0..<200)
  func `a wait that is raised and cancelled at once ends once`(round: Int) async {
    let signal = Signal<Void>()
    let task = Task { await signal.wait() }
    if round % 2 == 0 { await Task.yield() }
    async let raised: Void = signal.raise()
    task.cancel()
    await raised
    await task.value
  }

  @Test func `a bounded wait ends with the timeout or the signal`() async throws {
    try await signal.wait(atMost: .milliseconds(1))
    #expect(!signal.isRaised)
    async let waiting: Void = signal.wait(atMost: .seconds(3600))
    signal.raise()
    try await waiting
    try await signal.wait(atMost: .seconds(3600))
  }

  @Test(arguments: 0..<200)
  func `a cancelled bounded wait says so each time, so a loop around it ends`(round: Int) async {
    let task = Task { try await signal.wait(atMost: .seconds(3600)) }
    if round % 2 == 0 { await Task.yield() }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func `waiters get the first value, now and later; a cancelled wait gets none`() async {
    let signal = Signal<Int>()
    let cancelled = Task { await signal.wait() }
    cancelled.cancel()
    #expect(await cancelled.value == nil && signal.value == nil)
    async let waiting = signal.wait()
    signal.send(1)
    signal.send(2)
    #expect(await waiting == 1)
    #expect(await signal.wait() == 1 && signal.value == 1)
    let late = Task { await signal.wait() }
    late.cancel()
    #expect(await late.value == 1, "it was sent before")
  }
}
