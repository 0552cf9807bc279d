import DeliveryPipeline
import Logging
import MessageContract

/// Takes what the broker has dead-lettered out of its queue, for the ledger, as long as a worker is active.
///
/// It goes the way of the commands: recorded by the commit stage, announced through the outbox, acknowledged when that has
/// committed. A copy that comes again after a crash is known by its fingerprint. Trouble here does not stop commands: this
/// has a connection of its own, and makes it anew.
struct DeadLetterMover {
  let connect: @Sendable () async throws -> Link<any DeliverySource>
  let decoder: CommandDecoder
  /// `<virtual host>/<queue>`.
  let queue: String
  let announcements: ShortString
  let backoff: Backoff
  let output: BatchChannel<CommitRequest>
  let logger: Logger

  /// Runs until the task is cancelled.
  func run() async throws {
    var schedule = ReconnectSchedule(backoff)
    while true {
      var connected: ContinuousClock.Instant?
      do {
        let link = try await connect()
        connected = .now
        try await link.use { source in try await move(from: source) }
      } catch {
        try Task.checkCancellation()
        let held = connected.map { ContinuousClock.now - $0 } ?? .zero
        let delay = schedule.delay(afterHolding: held, random: .random(in: 0...1))
        logger.warning(
          "the queue of dead letters can't be read; trying again",
          metadata: ["queue": "\(queue)", "error": "\(error)", "delay_ms": "\(Int(delay / .milliseconds(1)))"])
        try await Task.sleep(for: delay)
      }
    }
  }

  private func move(from source: any DeliverySource) async throws {
    let acknowledger = Acknowledger(source: source)
    try await withThrowingTaskGroup { group in
      group.addTask { try await acknowledger.run() }
      group.addTask {
        while true { try await hand(on: try await source.deliveries(), acknowledger) }
      }
      // Neither returns.
      for try await _ in group {}
    }
  }

  /// The prefetch bounds what is on its way.
  private func hand(on deliveries: [Delivery], _ acknowledger: Acknowledger) async throws {
    guard !deliveries.isEmpty else { throw CancellationError() }
    acknowledger.register(deliveries)
    acknowledger.settle(deliveries.filter(isAnnouncement).map(\.tag))
    let letters = deliveries.filter { !isAnnouncement($0) }.map { delivery in
      CommitRequest.deadLetter(
        BrokerDeadLetter(delivery, queue: queue, decoder: decoder, acknowledger: acknowledger))
    }
    output.append(letters, size: \.bytes)
  }

  /// Where the queue is still bound to the exchange of the announcements, as earlier versions did, it gets those, too.
  private func isAnnouncement(_ delivery: Delivery) -> Bool {
    delivery.exchange == announcements && delivery.routingKey.text == DeadLetterEventEncoder.type
  }
}
