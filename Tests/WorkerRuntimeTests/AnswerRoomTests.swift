import TestFixtures
import Testing

@testable import WorkerRuntime

@Suite(.timeLimit(.minutes(10))) struct AnswerRoomTests {
  @Test func `while there is room nobody waits, however large the reservation`() async throws {
    let room = AnswerRoom(limit: 100)
    try await room.wait()
    room.add(100)
    try await room.wait()
  }

  @Test func `above the limit everybody waits until enough is released`() async throws {
    let room = AnswerRoom(limit: 100)
    for size in [100, 30, 20] { room.add(size) }
    let passed = Journal<Void>()
    try await withThrowingTaskGroup { group in
      for _ in 0..<3 {
        group.addTask {
          try await room.wait()
          passed.note(())
        }
      }
      for _ in 0..<100 { await Task.yield() }
      room.remove(30)
      for _ in 0..<100 { await Task.yield() }
      #expect(passed.entries.isEmpty)
      room.remove(20)
      try await group.waitForAll()
    }
    #expect(passed.entries.count == 3)
  }
}
