import Coordination
import Logging
import MessageContract
import Messaging
import Synchronization
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Records what came as a query and is none in the ledger of dead letters, whether this worker is active or stands by: on a
/// connection of its own, which is made when there is something to record. Nothing is announced: only the active worker publishes.
///
/// A message that can't be recorded while somebody may wait for its answer is dropped: its sender was told nothing, and asks again.
final class QueryLetters: Sendable {
  private struct Letter: Sendable {
    let delivery: Delivery
    let invalid: InvalidCommand
    let intake: QueryIntake
    let deadline: ContinuousClock.Instant
  }

  private struct State {
    var letters: [Letter] = []
    var arrival: Waiter<Void>?
  }

  /// Letters of one transaction.
  private static let batchCount = 64

  private let queue: String
  private let environment: ExecutionEnvironment
  private let responder: QueryResponder
  private let reconnecting: Reconnecting
  private let logger: Logger
  private let connect: @Sendable () async throws -> Link<any DeadLetterRecorder>
  private let state = Mutex(State())

  /// - Parameter queue: `<virtual host>/<queue>` that queries are delivered from.
  init(
    queue: String, environment: ExecutionEnvironment, responder: QueryResponder, reconnecting: Reconnecting, logger: Logger,
    connect: @escaping @Sendable () async throws -> Link<any DeadLetterRecorder>
  ) {
    self.queue = queue
    self.environment = environment
    self.responder = responder
    self.reconnecting = reconnecting
    self.logger = logger
    self.connect = connect
  }

  /// Takes over a message that is no query. No more wait than the broker sends ahead.
  func add(_ delivery: Delivery, _ invalid: InvalidCommand, _ intake: QueryIntake, deadline: ContinuousClock.Instant) {
    let waiter = state.withLock { state in
      state.letters.append(Letter(delivery: delivery, invalid: invalid, intake: intake, deadline: deadline))
      return state.arrival
    }
    waiter?.resolve()
  }

  /// Runs until the task is cancelled.
  func run() async throws {
    try await reconnecting.run { attempt in
      try await waitForLetters()
      let link = try await connect()
      attempt.connected()
      try await link.use(record)
    } failed: { error, delay in
      logger.warning(
        "what is no query can't be recorded; trying again",
        metadata: ["queue": "\(queue)", "error": "\(error)", "delay_ms": "\(delay.milliseconds)"])
    }
  }

  /// Drops what nobody waits for any more.
  func tick(at now: ContinuousClock.Instant) {
    let late = state.withLock { state in
      let late = state.letters.filter { $0.deadline <= now }
      if !late.isEmpty { state.letters.removeAll { $0.deadline <= now } }
      return late
    }
    for letter in late { responder.settle(letter.delivery, letter.intake, nil, .expired) }
  }

  /// Records all that waits.
  private func record(with recorder: any DeadLetterRecorder) async throws {
    while true {
      let letters = state.withLock { Array($0.letters.prefix(Self.batchCount)) }
      guard !letters.isEmpty else { return }
      try await recorder.record(letters.map(deadLetter))
      let recorded = Set(letters.map { ObjectIdentifier($0.delivery) })
      state.withLock { $0.letters.removeAll { recorded.contains(ObjectIdentifier($0.delivery)) } }
      for letter in letters { responder.refuse(letter.delivery, letter.intake, letter.invalid) }
    }
  }

  private func deadLetter(_ letter: Letter) -> DeadLetter {
    let (now, message, envelope) = (environment.clock.now(), letter.delivery.original, letter.invalid.envelope)
    return DeadLetter(
      id: .random(at: now), queue: queue, fingerprint: MessageFingerprint.of(message), recordedAt: now,
      reason: letter.invalid.reason.rawValue, detail: letter.invalid.failure.detail, attempts: .init(count: 1, first: now),
      subject: .init(
        tenantID: envelope.tenantID, commandType: envelope.type, commandSource: envelope.source, commandID: envelope.id),
      message: message)
  }

  private func waitForLetters() async throws {
    while true {
      let waiter = state.withLock { state -> Waiter<Void>? in
        guard state.letters.isEmpty else { return nil }
        let waiter = Waiter<Void>()
        state.arrival = waiter
        return waiter
      }
      guard let waiter else { return }
      try await waiter.value()
    }
  }
}
