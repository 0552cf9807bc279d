/// How long a test waits for an expected event before it fails.
package enum Patience {
  /// The default. Generous, because it costs time only when a test fails, and a machine that is busy with other tests
  /// can leave a process without time for a minute.
  package static let limit: Duration = .seconds(240)

  package struct Exhausted: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
  }

  /// Runs `body`, for at most `limit`.
  ///
  /// - Parameter event: what is waited for.
  package static func wait<Answer: Sendable>(
    for event: String, _ limit: Duration = Self.limit, _ body: @escaping @Sendable () async throws -> Answer
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
  package static func poll(for event: String, _ limit: Duration = Self.limit, _ question: () async throws -> Bool)
    async throws
  {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
      if try await question() { return }
      try await Task.sleep(for: .milliseconds(20))
    }
    // Whatever froze this process until after the deadline may have frozen the others, too.
    try await Task.sleep(for: .seconds(1))
    guard try await question() else { throw Exhausted(description: "not within \(limit): \(event)") }
  }
}
