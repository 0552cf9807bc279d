/// Runs `body` for a limited time, and returns when it has ended: beyond the limit it is cancelled.
///
/// - Returns: what `body` returned; nil if it did not return within the limit.
/// - Throws: what `body` throws; `CancellationError`.
package func withTimeLimit<Answer: Sendable>(
  _ limit: Duration, _ body: @escaping @Sendable () async throws -> Answer
) async throws -> Answer? {
  try await withThrowingTaskGroup(of: Answer?.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try await Task.sleep(for: limit)
      return nil
    }
    defer { group.cancelAll() }
    return try await group.next() ?? nil
  }
}
