import Messaging
import Synchronization

/// Queries without end: always more of them wait in the queue than the worker has taken.
final class QueryFlood: Sendable {
  /// What is asked and not yet answered.
  private static let depth = 8_192
  private static let chunk = 512

  private let replies: ResultSubscription
  private let answered = Atomic(0)
  private let isOver = Atomic(false)
  private let sending = Mutex<Task<Void, any Error>?>(nil)

  private init(_ replies: ResultSubscription) { self.replies = replies }

  /// - Parameter query: the one of that number, answered to that queue.
  static func start(
    _ laboratory: Laboratory, _ query: @escaping @Sendable (_ number: Int, _ replyTo: ShortString) -> OutboundMessage
  ) async throws -> QueryFlood {
    let flood = QueryFlood(try await ResultSubscription.open(laboratory.servers, queue: "benchmark.flood"))
    let task = Task { try await flood.run(laboratory, query) }
    flood.sending.withLock { $0 = task }
    return flood
  }

  /// - Returns: how many were answered by now.
  func end() async throws -> Int {
    let count = answered.load(ordering: .relaxed)
    isOver.store(true, ordering: .relaxed)
    try await sending.withLock { $0 }?.value
    await replies.close()
    return count
  }

  private func run(
    _ laboratory: Laboratory, _ query: (_ number: Int, _ replyTo: ShortString) -> OutboundMessage
  ) async throws {
    var asked = 0
    while !isOver.load(ordering: .relaxed) || answered.load(ordering: .relaxed) < asked {
      while !isOver.load(ordering: .relaxed), asked - answered.load(ordering: .relaxed) < Self.depth {
        try await laboratory.publish((asked..<asked + Self.chunk).map { query($0, replies.queue) })
        asked += Self.chunk
      }
      answered.add(try await replies.next().count, ordering: .relaxed)
    }
  }
}
