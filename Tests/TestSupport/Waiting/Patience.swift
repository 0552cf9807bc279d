/// How long a test waits for an expected event before it fails.
package enum Patience {
  package struct Exhausted: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
  }

  /// Runs `body`, for at most `limit`.
  ///
  /// - Parameter event: what is waited for.
  package static func wait<Answer: Sendable>(
    for event: String, _ limit: Duration = .seconds(60), _ body: @escaping @Sendable () async throws -> Answer
  ) async throws -> Answer {
    try await withThrowingTaskGroup(of: Answer.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try await Task.sleep(for: limit)
        throw Exhausted(description: "not within \(limit): \(event)")
      }
      defer { group.cancelAll() }
      guard let answer = try await group.next() else { throw CancellationError() }
      return answer
    }
  }

  /// Polls, for events without a notification.
  package static func poll(for event: String, _ limit: Duration = .seconds(60), _ question: () async throws -> Bool)
    async throws
  {
    let deadline = ContinuousClock.now + limit
    while try await !question() {
      guard ContinuousClock.now < deadline else { throw Exhausted(description: "not within \(limit): \(event)") }
      try await Task.sleep(for: .milliseconds(20))
    }
  }
}
