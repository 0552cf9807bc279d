import Synchronization
import UnitOfWork

/// A lease that another worker may hold.
final class FakeLease: ActiveWorkerLease {
  struct Lost: Error {}

  let journal: Journal<Happening>
  private let state = Mutex((isFree: true, keptAlive: 0, failures: 0))

  init(journal: Journal<Happening>) { self.journal = journal }

  var isFree: Bool {
    get { state.withLock { $0.isFree } }
    set { state.withLock { $0.isFree = newValue } }
  }

  /// Makes the next `times` calls of ``keepAlive()`` fail.
  func failKeepAlive(times: Int) { state.withLock { $0.failures = times } }

  func tryAcquire() async throws -> Bool {
    journal.note(.askedForLease)
    return isFree
  }

  func announce() async throws {}
  /// The holder of the lease while it is not free.
  let other = Mutex<LeaseHolder?>(nil)
  func holder() async throws -> LeaseHolder? { other.withLock { $0 } }
  let broker = LeaseHolder.Broker(cluster: "rabbit@here", address: "here:5672")

  func keepAlive() async throws {
    try state.withLock { state in
      state.keptAlive += 1
      guard state.failures > 0 else { return }
      state.failures -= 1
      throw Lost()
    }
  }
}
