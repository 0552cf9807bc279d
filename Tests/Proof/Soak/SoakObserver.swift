import EndToEndSupport
import Messaging
import Synchronization
import TestSupport

/// Subscribes to results and events, and enters them in a ``SoakLedger``.
final class SoakObserver: Sendable {
  private let ledger: Mutex<SoakLedger>
  private let consumers = Mutex<[DurableConsumer]>([])

  init(_ stream: SoakStream) { ledger = Mutex(SoakLedger(stream)) }

  var current: SoakLedger { ledger.withLock { $0 } }
  var counts: (answered: Int, announced: Int) { ledger.withLock { ($0.answered, $0.announced) } }

  func start(on host: VirtualHost) async throws {
    let results = try await DurableConsumer("soak.results", to: "workspace.results", on: host) { [self] deliveries in
      enter(deliveries) { $0.result($1) }
    }
    let events = try await DurableConsumer("soak.events", to: "workspace.events", on: host) { [self] deliveries in
      enter(deliveries) { $0.event($1) }
    }
    consumers.withLock { $0 = [results, events] }
  }

  func note(_ change: (inout SoakLedger) -> Void) { ledger.withLock { change(&$0) } }

  func close() async {
    let consumers = consumers.withLock { consumers in
      defer { consumers = [] }
      return consumers
    }
    for consumer in consumers { await consumer.close() }
  }

  private func enter(_ deliveries: [Delivery], _ entry: (inout SoakLedger, SoakMessage) -> Void) {
    let messages = deliveries.map(SoakMessage.init)
    ledger.withLock { ledger in
      for message in messages {
        if let message { entry(&ledger, message) } else { ledger.unknown() }
      }
    }
  }
}
