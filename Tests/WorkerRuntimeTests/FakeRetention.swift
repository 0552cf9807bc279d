import Coordination
import Synchronization
import UnitOfWork
import WorkerRuntime
import WorkspaceDomain

/// An inbox that records how it is cleaned, with as many expired entries as a test specifies.
final class FakeRetention: Retention, Closable {
  enum Happening: Sendable, Equatable {
    case connected
    case closed
    case step(from: Timestamp?, limit: Int)
  }

  struct ConnectFailed: Error {}

  let journal = Journal<Happening>()
  /// Where a step meant to take long waits.
  let gate = Gate()
  private let state: Mutex<(expired: Int, failures: Int, connectFailures: Int)>

  /// - Parameters:
  ///   - failures: how many steps fail first.
  ///   - connectFailures: how many attempts to connect fail first.
  init(expired: Int, failures: Int = 0, connectFailures: Int = 0) {
    state = Mutex((expired, failures, connectFailures))
  }

  var expired: Int { state.withLock { $0.expired } }

  func connect() throws -> Link<any Retention> {
    try state.withLock { state in
      guard state.connectFailures == 0 else {
        state.connectFailures -= 1
        throw ConnectFailed()
      }
    }
    journal.note(.connected)
    return Link(self, on: self)
  }

  func close() async { journal.note(.closed) }

  func removeExpired(
    olderThan retention: Duration, at now: Timestamp, from start: Timestamp?, limit: Int
  ) async throws(UnitOfWorkError) -> RemovedEntries {
    journal.note(.step(from: start, limit: limit))
    do { try await gate.pass() } catch { throw .unavailable(reason: "cancelled") }
    let count: Int? = state.withLock { state in
      guard state.failures == 0 else {
        state.failures -= 1
        return nil
      }
      let count = min(limit, state.expired)
      state.expired -= count
      return count
    }
    guard let count else { throw .transient(reason: "a failure injected by the test") }
    return RemovedEntries(count: count, newest: count > 0 ? now.cutoff(retention) : nil)
  }
}
