import Coordination
import Logging
import MessageContract
import Messaging

/// Moves what the broker has dead-lettered from its queue to the ledger, as long as a worker is active.
///
/// It takes the path of the commands: recorded by the commit stage, announced through the outbox, acknowledged when
/// that has committed. A copy that comes again after a crash is recognized by its fingerprint. Trouble here does not
/// stop commands: the mover has a connection of its own, and reconnects.
struct DeadLetterMover {
  let connect: @Sendable () async throws -> Link<any DeliverySource>
  let decoder: CommandDecoder
  let letters: LetterDeliveries
  /// `<virtual host>/<queue>`.
  let queue: String
  let announcements: ShortString
  let backoff: Backoff
  let output: BatchChannel<CommitRequest>
  let status: WorkerStatus
  let logger: Logger

  /// Runs until the task is cancelled.
  func run() async throws {
    try await Reconnecting(backoff).run { attempt in
      let link = try await connect()
      attempt.connected()
      try await link.use(move)
    } failed: { error, delay in
      logger.warning(
        "the dead-letter queue can't be read; retrying",
        metadata: ["queue": "\(queue)", "error": "\(error)", "delay_ms": "\(Int(delay / .milliseconds(1)))"])
    }
  }

  private func move(from source: any DeliverySource) async throws {
    let acknowledger = Acknowledger(source: source, letters: letters)
    defer { acknowledger.abandon() }
    try await withThrowingTaskGroup { group in
      group.addTask { try await acknowledger.run() }
      group.addTask { try await acknowledger.confirmLetters { output.append([.sweep]) { _ in 0 } } }
      group.addTask {
        while true { try await hand(on: try await source.deliveries(), acknowledger) }
      }
      // Neither task returns.
      for try await _ in group {}
    }
  }

  /// The prefetch bounds what is in progress.
  private func hand(on deliveries: [Delivery], _ acknowledger: Acknowledger) async throws {
    guard !deliveries.isEmpty else { throw CancellationError() }
    acknowledger.register(deliveries.map { ($0.tag, 1) })
    acknowledger.settle(deliveries.filter(isAnnouncement).map(\.tag))
    let letters = deliveries.filter { !isAnnouncement($0) }.map { delivery in
      BrokerDeadLetter(delivery, queue: queue, decoder: decoder, acknowledger: acknowledger)
    }
    warn(ofLimitIn: letters)
    output.append(letters.map(CommitRequest.deadLetter), size: \.bytes)
  }

  /// It isn't a command's fault that it was delivered often: workers were killed. Later commands of its tenant have
  /// overtaken it. A redelivered one is counted again: RabbitMQ 4 says of all of these that they were delivered before.
  private func warn(ofLimitIn letters: [BrokerDeadLetter]) {
    let limited = letters.filter { $0.origin.reason == "delivery_limit" }
    guard let first = limited.first else { return }
    for _ in limited { status.note(.deliveryLimit) }
    logger.warning(
      """
      the broker took commands out of order after too many deliveries: remove the queue's delivery limit \
      (from a policy, or RabbitMQ 4's default of 20)
      """, metadata: ["count": "\(limited.count)", "detail": "\(first.origin.detail)"])
  }

  /// If the queue is still bound to the exchange of announcements, as earlier versions did, it gets those, too.
  private func isAnnouncement(_ delivery: Delivery) -> Bool {
    delivery.exchange == announcements && delivery.routingKey.text == DeadLetterEventEncoder.type
  }
}
