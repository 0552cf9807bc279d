package import UnitOfWork

/// A connection's turn to write to the replica, from the moment it was taken until it is handed over.
///
/// Whoever loses the turn stops writing, but the replica may still be carrying out its last writes. So a turn that ends
/// without a handover, as when a process or its connection is lost, delays the first write of the next one.
package struct ReplicationTurn: Sendable {
  /// How long after the end of a turn its writes can take effect: the deadline of an attempt, which SpiceDB enforces,
  /// too (5 s), and a second in which the end is noticed. If the network has swallowed the session, that takes longer
  /// (``RelationshipOutbox/waitUntilLost()``), but so does the server, which keeps the turn for 25 s.
  ///
  /// Together with the pause between attempts to take the turn, this is less than ``ReplicaDecider/patience``.
  package static let settling: Duration = .seconds(6)

  private let outbox: any RelationshipOutbox
  private let settling: Duration
  private let takenAt = ContinuousClock.now
  private var mayWrite = false
  /// Whether writes are under way, were cut short, or have failed in a way that lets them take effect later.
  private var mayChangeLater = false

  /// - Parameters:
  ///   - outbox: has just taken the turn.
  ///   - settling: how long a write of an earlier turn can take effect. Default: 6 s.
  package init(on outbox: any RelationshipOutbox, settling: Duration = Self.settling) {
    self.outbox = outbox
    self.settling = settling
  }

  /// Must be called before the first write; then it does nothing more. If the previous turn was not handed over, waits
  /// until its writes can no longer take effect.
  ///
  /// - Returns: true after such a wait. Only another use of the outbox shows that the turn has not been lost meanwhile.
  package mutating func beginWriting() async throws -> Bool {
    guard !mayWrite else { return false }
    let wasHandedOver = try await outbox.beginWriting()
    if !wasHandedOver { try await Task.sleep(for: max(.zero, settling - (ContinuousClock.now - takenAt))) }
    mayWrite = true
    return !wasHandedOver
  }

  /// Runs `body`, which writes what its schedule has, and cancels it when the turn is lost.
  ///
  /// - Throws: why the turn was lost, or `CancellationError`. Writes may have been cut short: this turn can't be handed
  ///   over.
  mutating func write(
    _ body: @escaping @Sendable () async -> ReplicationSchedule
  ) async throws -> ReplicationSchedule {
    mayChangeLater = true
    let schedule = try await outbox.whileTurnLasts(body)
    mayChangeLater = schedule.mayChangeLater
    return schedule
  }

  /// Tells the next holder that it need not wait, provided that all writes have ended. Nothing may be written
  /// afterwards, and the connection must be closed. Works in a cancelled task, too.
  func handOver() async {
    guard mayWrite, !mayChangeLater else { return }
    // If this fails, the next holder waits.
    _ = await Task { [outbox] in try await outbox.endWriting() }.result
  }
}

extension RelationshipOutbox {
  /// Runs `body`, which writes to the replica, and cancels it when the turn is lost. Returns when `body` has ended. To be
  /// called right after the outbox has been used: that shows that it still has the turn.
  ///
  /// - Throws: why the turn was lost; what `body` throws; `CancellationError`, even if `body` has returned: whatever it
  ///   was doing may have been cut short.
  package func whileTurnLasts<Answer: Sendable>(
    _ body: @escaping @Sendable () async throws -> Answer
  ) async throws -> Answer {
    let answer = try await withThrowingTaskGroup(of: Answer.self) { group in
      group.addTask { throw await self.waitUntilLost() }
      group.addTask { try await body() }
      defer { group.cancelAll() }
      guard let answer = try await group.next() else { throw CancellationError() }
      return answer
    }
    try Task.checkCancellation()
    return answer
  }
}
