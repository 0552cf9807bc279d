import Foundation

/// Runs calls that block on a thread of their own. Tasks share as many threads as there are processors: a call that
/// blocks one of those holds up all other tests, while the time limits of the workers under test run on.
package func onOwnThread<Answer: Sendable>(_ body: @escaping @Sendable () throws -> Answer) async throws -> Answer {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
  }
}
