import Coordination
import Messaging
import Synchronization
import TestFixtures
import WorkerRuntime

/// Deliveries that a test makes, and their acknowledgements.
final class FakeQuerySource: DeliverySource, Closable {
  let acknowledgements = Journal<UInt64>()
  let handedOut = Journal<Int>()
  private let inHand = Mutex(0)
  private let waiting = Mutex<[Delivery]>([])
  private let changes = Journal<Void>()
  private let isStopped = Mutex(false)

  func arrive(_ deliveries: [Delivery]) {
    waiting.withLock { $0 += deliveries }
    changes.note(())
  }

  func deliveries() async throws -> [Delivery] {
    // A caller that comes back has dealt with the deliveries that it got before.
    let done = inHand.withLock { count in
      defer { count = 0 }
      return count
    }
    if done > 0 { handedOut.note(done) }
    while true {
      let seen = changes.entries.count
      let deliveries = waiting.withLock { waiting in
        defer { waiting = [] }
        return waiting
      }
      if !deliveries.isEmpty {
        inHand.withLock { $0 = deliveries.count }
        return deliveries
      }
      if isStopped.withLock({ $0 }) { return [] }
      try await changes.wait { $0.count > seen }
    }
  }

  func acknowledge(_ acknowledged: [Acknowledgement]) async throws {
    for acknowledgement in acknowledged {
      let last = acknowledgement.tag.number
      let known = Set(acknowledgements.entries)
      for number in (acknowledgement.isMultiple ? 1 : last)...last where !known.contains(number) {
        acknowledgements.note(number)
      }
    }
  }

  func confirmAcknowledgements() async throws {}

  func stopConsuming() async throws {
    isStopped.withLock { $0 = true }
    changes.note(())
  }

  func close() async {}
}
