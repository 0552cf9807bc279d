import Failpoints
import Messaging
import Synchronization
import WorkspaceDomain

/// Acknowledges settled deliveries, in order.
///
/// A single task sends the acknowledgements: if two overtook each other, one would name a delivery already settled, and
/// the broker would close the channel.
final class Acknowledger: Sendable {
  private let source: any DeliverySource
  private let ledger = Mutex(AcknowledgementLedger())
  /// Bounded by the prefetch: each delivery, or each element of one, is settled once.
  private let settlements: AsyncStream<[DeliveryTag]>
  private let continuation: AsyncStream<[DeliveryTag]>.Continuation
  private let letters: LetterDeliveries
  private let unconfirmed = Mutex(UnconfirmedLetters())
  /// One element is enough to signal that there is something to confirm.
  private let confirmations: AsyncStream<Void>
  private let confirming: AsyncStream<Void>.Continuation

  private struct UnconfirmedLetters {
    var settled: [DeliveryTag: [ULID]] = [:]
    /// Letters whose acknowledgements were sent, but are not confirmed.
    var acknowledged: Set<ULID> = []
    /// Nothing more will be acknowledged.
    var isAbandoned = false

    /// - Returns: whether there are letters to confirm.
    mutating func acknowledged(_ acknowledgement: Acknowledgement) -> Bool {
      guard !settled.isEmpty else { return false }
      let covered = settled.filter {
        $0.key.generation == acknowledgement.tag.generation && $0.key <= acknowledgement.tag
      }
      for tag in covered.keys { settled[tag] = nil }
      acknowledged.formUnion(covered.values.joined())
      return !acknowledged.isEmpty
    }
  }

  /// - Parameter letters: notified of letters whose messages won't be redelivered.
  init(source: any DeliverySource, letters: LetterDeliveries = LetterDeliveries()) {
    self.source = source
    self.letters = letters
    (confirmations, confirming) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    (settlements, continuation) = AsyncStream.makeStream()
  }

  /// How many deliveries are unacknowledged.
  var unacknowledgedCount: Int { ledger.withLock { $0.unacknowledgedCount } }

  /// Registers deliveries, each of which is to be settled `parts` times, but at least once. To be called before any of
  /// them can be settled.
  func register(_ deliveries: [(tag: DeliveryTag, parts: Int)]) {
    ledger.withLock { ledger in
      for delivery in deliveries { ledger.delivered(delivery.tag, parts: delivery.parts) }
    }
  }

  /// Settles deliveries, or parts of them: their effects are durable.
  ///
  /// - Parameter letters: the letters of these deliveries, newly recorded or recognized.
  func settle(_ tags: [DeliveryTag], letters: [DeliveryTag: [ULID]] = [:]) {
    if !letters.isEmpty {
      let isAbandoned = unconfirmed.withLock { unconfirmed in
        unconfirmed.settled.merge(letters) { $0 + $1 }
        return unconfirmed.isAbandoned
      }
      if isAbandoned { self.letters.release(letters.values.joined()) }
    }
    if !tags.isEmpty { continuation.yield(tags) }
  }

  /// Nothing more will be settled.
  func finish() { continuation.finish() }

  /// Runs until ``finish()`` is called and everything is sent.
  func run() async throws {
    for await tags in settlements {
      if let acknowledgement = ledger.withLock({ $0.settled(tags) }) {
        try await source.acknowledge([acknowledgement])
        Failpoint.acknowledged.hit()
        if unconfirmed.withLock({ $0.acknowledged(acknowledgement) }) { confirming.yield() }
      }
    }
    confirming.finish()
  }

  /// The connection is gone: letters whose acknowledgements have not been confirmed can be redelivered.
  func abandon() {
    let letters = unconfirmed.withLock { unconfirmed in
      unconfirmed.isAbandoned = true
      return Array(unconfirmed.settled.values.joined()) + unconfirmed.acknowledged
    }
    self.letters.release(letters)
  }

  /// Asks the broker whether it has read the acknowledgements of letters, and reports those that it has.
  /// Acknowledgements have no answer of their own, and need not wait for this. Runs as long as ``run()``.
  ///
  /// - Parameter confirmed: called when there is something to record in the ledger.
  func confirmLetters(confirmed: () -> Void) async throws {
    for await _ in confirmations {
      let acknowledged = unconfirmed.withLock { $0.acknowledged }
      try await source.confirmAcknowledgements()
      unconfirmed.withLock { $0.acknowledged.subtract(acknowledged) }
      letters.acknowledged(acknowledged)
      confirmed()
    }
  }
}
