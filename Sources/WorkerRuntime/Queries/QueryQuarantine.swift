import Coordination
import Logging
import MessageContract
import Messaging
import Synchronization
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Holds messages that can't be answered right away: those that are not queries, until they are recorded in the ledger
/// of dead letters; and redelivered ones, until it is known how many processes they have killed. A query that has
/// killed too many is a dead letter.
///
/// Works whether this worker is active or on standby: on a connection of its own, opened when something is held.
/// Nothing is announced: only the active worker publishes. An expired message is dropped: its sender was told nothing,
/// and asks again.
final class QueryQuarantine: Sendable {
  private struct Held: Sendable {
    let delivery: Delivery
    let intake: QueryIntake
    /// nil: the message is still to be examined.
    let fault: Fault?
  }

  /// Why a message is a dead letter.
  private struct Fault: Sendable {
    let invalid: InvalidCommand
    var attempts = 1
  }

  private struct State {
    var held: [Held] = []
    var arrival: Waiter<Void>?
  }

  /// The most messages in one statement.
  private static let batchCount = 64

  private let environment: ExecutionEnvironment
  private let reception: QueryReception
  private let backlog: QueryBacklog
  private let reconnecting: Reconnecting
  private let logger: Logger
  private let connect: @Sendable () async throws -> Link<any QuarantineLedger>
  private let state = Mutex(State())

  /// - Parameter environment: `queue` is `<virtual host>/<queue>` of the queries.
  init(
    environment: ExecutionEnvironment, reception: QueryReception, backlog: QueryBacklog, reconnecting: Reconnecting,
    logger: Logger,
    connect: @escaping @Sendable () async throws -> Link<any QuarantineLedger>
  ) {
    self.environment = environment
    self.reception = reception
    self.backlog = backlog
    self.reconnecting = reconnecting
    self.logger = logger
    self.connect = connect
  }

  /// Takes over a message that is not a query. The prefetch limits how many messages are held.
  func refuse(_ delivery: Delivery, _ invalid: InvalidCommand, _ intake: QueryIntake) {
    hold(Held(delivery: delivery, intake: intake, fault: Fault(invalid: invalid)))
  }

  /// Takes over a redelivered message: unless it has killed too many processes, it goes to the backlog.
  func examine(_ delivery: Delivery, _ intake: QueryIntake) {
    hold(Held(delivery: delivery, intake: intake, fault: nil))
  }

  private func hold(_ held: Held) {
    let waiter = state.withLock { state in
      state.held.append(held)
      return state.arrival
    }
    waiter?.resolve()
  }

  /// Runs until the task is cancelled.
  func run() async throws {
    try await reconnecting.run { attempt in
      try await waitForMessages()
      let link = try await connect()
      attempt.connected()
      try await link.use(release)
    } failed: { error, delay in
      logger.warning(
        "invalid or redelivered queries are waiting for the database; retrying",
        metadata: ["queue": "\(environment.queue)", "error": "\(error)", "delay_ms": "\(delay.milliseconds)"])
    }
  }

  /// Drops expired messages.
  func tick(at now: ContinuousClock.Instant) {
    for held in take(where: { [reception] in $0.delivery.deadline(timeout: reception.timeout) <= now }) {
      reception.responder.settle(held.delivery, held.intake, nil, .expired)
    }
  }

  /// Forgets the messages that came over a lost connection: they are redelivered, here or elsewhere.
  func forget(_ intake: QueryIntake) { _ = take { $0.intake === intake } }

  /// Examines or records everything that is held.
  private func release(by ledger: any QuarantineLedger) async throws {
    while true {
      let held = state.withLock { Array($0.held.prefix(Self.batchCount)) }
      guard !held.isEmpty else { return }
      try await examine(held.filter { $0.fault == nil }, by: ledger)
      try await record(held.filter { $0.fault != nil }, in: ledger)
    }
  }

  private func examine(_ suspects: [Held], by ledger: any QuarantineLedger) async throws {
    guard !suspects.isEmpty else { return }
    let fatal = FatalMessages(
      deaths: try await ledger.deaths(of: suspects.map { FatalMessages.hash($0.delivery.body) }))
    for suspect in take(suspects) { judge(suspect, fatal) }
  }

  private func judge(_ suspect: Held, _ fatal: FatalMessages) {
    let (delivery, intake) = (suspect.delivery, suspect.intake)
    if let deaths = fatal.deaths(of: delivery.body)?.deaths, deaths.count >= environment.parking.maximumDeaths {
      let invalid = reception.crashLoop(delivery, isDecodable: deaths.isDecodable)
      return hold(Held(delivery: delivery, intake: intake, fault: Fault(invalid: invalid, attempts: deaths.count)))
    }
    do throws(InvalidCommand) {
      if let query = try reception.query(of: delivery, intake) { backlog.add([query]) }
    } catch {
      refuse(delivery, error, intake)
    }
  }

  private func record(_ faulty: [Held], in ledger: any QuarantineLedger) async throws {
    guard !faulty.isEmpty else { return }
    try await ledger.record(faulty.compactMap(deadLetter))
    for held in take(faulty) {
      if let fault = held.fault { reception.responder.refuse(held.delivery, held.intake, fault.invalid) }
    }
  }

  private func deadLetter(_ held: Held) -> DeadLetter? {
    guard let fault = held.fault else { return nil }
    let (now, message, envelope) = (environment.clock.now(), held.delivery.original, fault.invalid.envelope)
    return DeadLetter(
      id: .random(at: now), queue: environment.queue, fingerprint: MessageFingerprint.of(message), recordedAt: now,
      reason: fault.invalid.reason.rawValue, detail: fault.invalid.failure.detail,
      attempts: .init(count: fault.attempts, first: now),
      subject: .init(
        tenantID: envelope.tenantID, commandType: envelope.type, commandSource: envelope.source, commandID: envelope.id),
      message: message)
  }

  /// Removes and returns those of `held` that are still held: some may have been dropped or forgotten meanwhile.
  private func take(_ held: [Held]) -> [Held] {
    let deliveries = Set(held.map { ObjectIdentifier($0.delivery) })
    return take { deliveries.contains(ObjectIdentifier($0.delivery)) }
  }

  private func take(where isChosen: (Held) -> Bool) -> [Held] {
    state.withLock { state in
      let chosen = state.held.filter(isChosen)
      if !chosen.isEmpty { state.held.removeAll(where: isChosen) }
      return chosen
    }
  }

  private func waitForMessages() async throws {
    while true {
      let waiter = state.withLock { state -> Waiter<Void>? in
        guard state.held.isEmpty else { return nil }
        let waiter = Waiter<Void>()
        state.arrival = waiter
        return waiter
      }
      guard let waiter else { return }
      try await waiter.value()
    }
  }
}
