import Messaging
import Synchronization

/// An endless flood of queries: more of them wait in the queue than the worker has taken.
struct QueryFlood {
  private final class Progress: Sendable {
    let answered = Atomic(0)
    let isOver = Atomic(false)
  }

  /// Queries are added until this many are unanswered.
  private static let depth = 8_192
  private static let chunk = 512

  let laboratory: Laboratory
  /// Makes a query by its number; `replyTo` is the queue for its answer.
  let query: @Sendable (_ number: Int, _ replyTo: ShortString) -> AMQPMessage

  /// Keeps asking while `body` runs.
  ///
  /// - Returns: the result of `body`, and how many queries were answered meanwhile.
  func beside<Answer: Sendable>(_ body: () async throws -> Answer) async throws -> (answer: Answer, answered: Int) {
    let progress = Progress()
    let replies = try await ResultSubscription.open(laboratory.servers, queue: "benchmark.flood")
    async let asking: Void = ask(replies, progress)
    let answer = try await body()
    let answered = progress.answered.load(ordering: .relaxed)
    progress.isOver.store(true, ordering: .relaxed)
    try await asking
    await replies.close()
    return (answer, answered)
  }

  private func ask(_ replies: ResultSubscription, _ progress: Progress) async throws {
    var asked = 0
    while !progress.isOver.load(ordering: .relaxed) || progress.answered.load(ordering: .relaxed) < asked {
      while !progress.isOver.load(ordering: .relaxed), asked - progress.answered.load(ordering: .relaxed) < Self.depth {
        try await laboratory.publish((asked..<asked + Self.chunk).map { query($0, replies.queue) })
        asked += Self.chunk
      }
      progress.answered.add(try await replies.next().count, ordering: .relaxed)
    }
  }
}
