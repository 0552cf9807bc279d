import Coordination
import CrashWitness
import Logging
import MessageContract
import Messaging

/// Moves messages that the broker has dead-lettered from their queue to the ledger, while this worker is active.
///
/// They take the same path as commands: recorded by the commit stage, announced through the outbox, acknowledged after
/// the commit. A redelivery after a crash is recognized by its fingerprint. A failure here does not stop commands: the
/// mover has a connection of its own, and reconnects.
struct DeadLetterMover {
  let connect: @Sendable () async throws -> Link<any DeliverySource>
  /// How many letters, and bytes of them, are handed on at a time: far fewer than a transaction has room for, so that
  /// commands that arrive meanwhile share the transaction, however long the queue of dead letters is.
  private static let slice = (count: 128, bytes: 2 << 20)

  let decoder: CommandDecoder
  let suspects: Suspects
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
        while true { try await handOn(try await source.deliveries(), acknowledger) }
      }
      // None of these tasks returns unless it is cancelled.
      for try await _ in group {}
    }
  }

  private func handOn(_ deliveries: [Delivery], _ acknowledger: Acknowledger) async throws {
    guard !deliveries.isEmpty else { throw CancellationError() }
    let parts = deliveries.map { (tag: $0.tag, letters: letters(of: $0, acknowledger)) }
    acknowledger.register(parts.map { ($0.tag, $0.letters.count) })
    acknowledger.settle(parts.filter(\.letters.isEmpty).map(\.tag))
    warn(ofLimitIn: parts.compactMap(\.letters.first))
    var slice: [CommitRequest] = []
    var bytes = 0
    for letter in parts.lazy.flatMap(\.letters) {
      slice.append(.deadLetter(letter))
      bytes += letter.delivery.size
      guard slice.count == Self.slice.count || bytes >= Self.slice.bytes else { continue }
      try await output.send(slice, size: \.bytes)
      (slice, bytes) = ([], 0)
    }
    try await output.send(slice, size: \.bytes)
  }

  /// One letter for each command, as for messages that the worker itself dead-letters: letters are searched, predicted,
  /// replayed and tracked by command. A message that is not a valid batch is one letter.
  private func letters(of delivery: Delivery, _ acknowledger: Acknowledger) -> [BrokerDeadLetter] {
    guard !isIgnored(delivery) else { return [] }
    return elements(of: delivery).map { element in
      BrokerDeadLetter(
        element, queue: queue, decoder: suspects.mayDecode(element) ? decoder : nil, acknowledger: acknowledger)
    }
  }

  private func elements(of delivery: Delivery) -> [Delivery] {
    guard suspects.mayDecode(delivery) else { return [delivery] }
    let elements = try? InHand.with(delivery.body, .decoding) { () throws(InvalidCommand) in
      try CommandBatch.elements(of: delivery, limits: decoder.limits)
    }
    return elements ?? [delivery]
  }

  /// Warns of commands that exceeded a delivery limit. Frequent deliveries are not a command's fault: workers were
  /// killed. Later commands of its tenant have overtaken it. A redelivered letter is counted again: RabbitMQ 4 marks
  /// all of these messages as redelivered, so a redelivery can't be told apart.
  ///
  /// - Parameter letters: one letter per message.
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

  /// Route probes end here if their queue has a policy of expiration. Announcements of dead letters arrive here, too, if
  /// the queue is still bound to their exchange, as it was in earlier versions.
  private func isIgnored(_ delivery: Delivery) -> Bool {
    delivery.isRouteProbe
      || delivery.exchange == announcements && delivery.routingKey.text == DeadLetterEventEncoder.type
  }
}
