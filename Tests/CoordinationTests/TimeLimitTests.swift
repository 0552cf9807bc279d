import Coordination
import Testing

@Suite(.timeLimit(.minutes(10))) struct TimeLimitTests {
  private struct Failure: Error {}

  @Test func `within the limit the answer or the error gets through`() async throws {
    #expect(try await withTimeLimit(.seconds(3600)) { 1 } == 1)
    await #expect(throws: Failure.self) { try await withTimeLimit(.seconds(3600)) { throw Failure() } }
  }

  @Test func `beyond the limit the body is cancelled, and there is no answer`() async throws {
    let never = Signal<Void>()
    let answer = try await withTimeLimit(.milliseconds(1)) {
      try await never.wait(atMost: .seconds(3600))
      return 1
    }
    #expect(answer == nil)
  }

  @Test func `cancellation ends the wait`() async throws {
    let task = Task { try await withTimeLimit(.seconds(3600)) { try await Task.sleep(for: .seconds(3600)) } }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
