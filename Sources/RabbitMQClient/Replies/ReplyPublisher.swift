package import Coordination
package import Logging
package import Messaging
internal import Synchronization

/// Sends replies over a separate connection, opened when there is a reply to send, and reopened when lost: problems
/// that a reply queue causes there affect replies alone.
///
/// A reply is settled no later than ``ReplyLedger/Limits/patience`` after it was accepted. Time during which no queue
/// can be blamed does not count: while the broker has blocked publishing, and for a while without a connection, or an
/// answer of any kind on it.
package final class ReplyPublisher: ReplySender {
  private struct State {
    var ledger: ReplyLedger
    var clock: ReplyClock
    var log = ReplyLog()
    var settled: [ReplyLedger.ID: @Sendable (ReplyOutcome) -> Void] = [:]
    /// Something has arrived since ``ReplyPublisher/waitForArrival()`` returned.
    var hasArrivals = false
    var arrival: Waiter<Void>?
    var idle: [Waiter<Void>] = []
  }

  /// How often the broker is asked for a sign of life while replies are unconfirmed.
  private static let pulse: Duration = .seconds(1)

  private let configuration: RabbitMQConfiguration
  private let reconnect: Backoff
  private let patience: Duration
  private let logger: Logger
  private let state: Mutex<State>

  /// - Parameters:
  ///   - configuration: of the connection.
  ///   - reconnect: the delays between attempts to connect.
  ///   - longestAbsence: how long replies may wait for a broker that is away, or answers nothing and confirms none of
  ///     them, before that time counts. Default: a minute.
  package init(
    _ configuration: RabbitMQConfiguration, limits: ReplyLedger.Limits = .init(), reconnect: Backoff,
    longestAbsence: Duration = .seconds(60), logger: Logger
  ) {
    patience = limits.patience
    self.configuration = configuration
    self.reconnect = reconnect
    self.logger = logger
    state = Mutex(State(ledger: ReplyLedger(limits: limits), clock: ReplyClock(longestAbsence: longestAbsence)))
  }

  package func send(_ replies: [PendingReply]) {
    guard !replies.isEmpty else { return }
    change { state in
      state.hasArrivals = true
      // An absence begins with the first reply that has to wait for its end.
      if state.ledger.isEmpty { state.clock.endAbsence() }
      return replies.compactMap { reply in
        let (id, settlement) = state.ledger.add(reply.message, at: state.clock.time())
        state.settled[id] = reply.settled
        return settlement
      }
    }
    state.withLock { $0.arrival }?.resolve()
  }

  package func waitUntilSettled() async {
    let waiter = state.withLock { state -> Waiter<Void>? in
      guard !state.ledger.isEmpty else { return nil }
      let waiter = Waiter<Void>()
      state.idle.append(waiter)
      return waiter
    }
    _ = try? await withTimeLimit(patience) { try await waiter?.value() }
  }

  package func run() async throws {
    try await Reconnecting(reconnect, pause: pause).run { attempt in
      try await waitForArrival()
      let connection = try await RabbitMQConnection.open(configuration)
      attempt.connected()
      try await serve(connection)
    } failed: { error, delay in
      logger.warning(
        "replies can't be sent; reconnecting", metadata: ["error": "\(error)", "delay_ms": "\(delay.milliseconds)"])
    }
  }

  /// Sends over a connection until it ends.
  ///
  /// - Throws: ``RabbitMQError``, unless this side replaced it; `CancellationError`.
  private func serve(_ connection: RabbitMQConnection) async throws {
    let result = await Result {
      let channel = try await ReplyChannel.start(on: connection, for: self)
      state.withLock { $0.clock.resume(.disconnected) }
      try await withThrowingTaskGroup { group in
        defer { group.cancelAll() }
        group.addTask(executorPreference: connection.taskExecutor) {
          while true {
            await channel.pump()
            try await self.waitForArrival()
          }
        }
        group.addTask { try await self.watch(connection, channel) }
        let error = try await connection.waitUntilClosed()
        if error != .closed { throw error }
      }
    }
    await connection.close()
    change { state in
      state.clock.pause(.disconnected)
      state.clock.resume(.blocked)
      // Replies in transit are to be sent again.
      let settlements = state.ledger.disconnected()
      state.hasArrivals = !state.ledger.isEmpty
      return settlements
    }
    try result.get()
  }

  /// Stops the clock while the broker answers nothing, not even that confirm mode is on: a queue that does not confirm
  /// is at fault, but not when the broker is frozen. A broker that blocks publishers does not answer, either.
  ///
  /// - Throws: when the connection has ended.
  private func watch(_ connection: RabbitMQConnection, _ channel: ReplyChannel) async throws {
    while true {
      try await Task.sleep(for: Self.pulse)
      guard !connection.isBlocked, state.withLock({ $0.ledger.sentCount > 0 }) else { continue }
      try await whileStopped { _ = try await connection.call(.selectConfirms) }
      // The channel's deadline did not allow for this pause of the clock.
      await channel.pump()
    }
  }

  private func whileStopped(_ body: () async throws -> Void) async throws {
    state.withLock { $0.clock.pause(.silent) }
    defer { state.withLock { $0.clock.resume(.silent) } }
    try await body()
  }

  /// Sleeps; replies that expire meanwhile are given up.
  private func pause(_ delay: Duration, after error: any Error) async throws {
    let end = ContinuousClock.now + delay
    while end > .now {
      expire()
      let next = deadline ?? end
      try await Task.sleep(until: min(end, max(next, .now + .milliseconds(1))))
    }
    expire()
    // The remaining replies are sent over the next connection.
    state.withLock { $0.hasArrivals = !$0.ledger.isEmpty }
  }

  private func waitForArrival() async throws {
    while true {
      let waiter = state.withLock { state -> Waiter<Void>? in
        guard !state.hasArrivals else {
          state.hasArrivals = false
          return nil
        }
        let waiter = Waiter<Void>()
        state.arrival = waiter
        return waiter
      }
      guard let waiter else { return }
      try await waiter.value()
    }
  }
}

/// The interface for its channel.
extension ReplyPublisher {
  func next(count: Int, bytes: Int) -> [ReplyLedger.Reply] {
    state.withLock { $0.ledger.next(count: count, bytes: bytes) }
  }

  func sent(_ ids: some Sequence<ReplyLedger.ID>) {
    state.withLock { state in for id in ids { state.ledger.sent(id) } }
  }

  func giveUp(_ id: ReplyLedger.ID) {
    change { state in state.ledger.settle(id, as: .unpublishable).map { [$0] } ?? [] }
  }

  func confirmed(_ number: UInt64, isMultiple: Bool, isPositive: Bool) {
    change { state in
      state.clock.endAbsence()
      return state.ledger.confirmed(number, isMultiple: isMultiple, isPositive: isPositive)
    }
  }

  func returned(_ message: ReturnedMessage) {
    state.withLock { state in
      state.ledger.returned(queue: message.routingKey, messageID: message.messageID)
    }
  }

  func expire() { change { state in state.ledger.expire(at: state.clock.time()) } }

  /// The broker has stopped taking messages, or takes them again.
  func block(_ isBlocked: Bool) {
    state.withLock { state in
      if isBlocked { state.clock.pause(.blocked) } else { state.clock.resume(.blocked) }
    }
  }

  /// Whether the channel must be replaced, and no reply on it awaits a confirm.
  var wantsNewChannel: Bool { state.withLock { $0.ledger.needsRenewal && $0.ledger.sentCount == 0 } }

  /// When ``expire()`` has something to do.
  var deadline: ContinuousClock.Instant? {
    state.withLock { state in state.ledger.deadline.flatMap { state.clock.instant(of: $0) } }
  }

  /// Changes the state, and notifies the callers that wait for the replies that this has settled.
  private func change(_ body: (inout State) -> [ReplyLedger.Settlement]) {
    let (told, lines, idle) = state.withLock { state in
      let settlements = body(&state)
      let told = settlements.map { (state.settled.removeValue(forKey: $0.id), $0.outcome) }
      let lines = settlements.compactMap { state.log.line(about: $0, at: .now) }
      var idle: [Waiter<Void>] = []
      if state.ledger.isEmpty { swap(&idle, &state.idle) }
      return (told, lines, idle)
    }
    for (settled, outcome) in told { settled?(outcome) }
    for line in lines {
      logger.warning(
        "replies are not delivered",
        metadata: ["queue": "\(line.queue)", "outcome": "\(line.outcome)", "count": "\(line.count)"])
    }
    for waiter in idle { waiter.resolve() }
  }
}

extension Result where Failure == any Error {
  fileprivate init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}
