package import Coordination
package import WorkspaceApplication
package import WorkspaceDomain

/// Sends dead letters again: makes plans, and runs them.
package struct Replays: Sendable {
  private let store: any ReplayStore
  private let gateway: any ReplayGateway
  private let addressing: ReplayAddressing
  private let clock: any WallClock
  private let identifiers: any IdentifierGenerator

  package init(
    store: any ReplayStore, gateway: any ReplayGateway, addressing: ReplayAddressing, clock: any WallClock,
    identifiers: any IdentifierGenerator
  ) {
    self.store = store
    self.gateway = gateway
    self.addressing = addressing
    self.clock = clock
    self.identifiers = identifiers
  }

  /// Makes a plan of the letters to send again: later arrivals don't join it, and letters of another plan are left out.
  ///
  /// - Parameters:
  ///   - again: whether to include letters that were sent before.
  ///   - body: the corrected body; nil: each letter keeps its own.
  /// - Returns: nil if no letter that matches `filter` can be sent.
  package func plan(
    _ filter: DeadLetterFilter, again: Bool, by operatorName: String, because reason: String, body: [UInt8]? = nil
  ) async throws -> ReplayPlan? {
    let now = clock.now()
    let plan = ReplayPlan(
      id: try identifiers.next(at: now), operatorName: operatorName, reason: reason, createdAt: now)
    let count = try await store.make(plan, of: filter.replayable(again: again), again: again, body: body)
    return count > 0 ? plan : nil
  }

  /// Sends the letters of a plan that have not been sent yet.
  ///
  /// - Parameters:
  ///   - unsure: what to do with letters that may have been sent when a run was cut off; nil: they stay as they are.
  ///   - stop: ends the run between two batches, with the state of each letter recorded.
  ///   - observe: is called with the plan's progress, at the start and whenever it may have changed.
  /// - Throws: ``ReplayClaimed``; ``ReplayCutOff`` if this process has the plan, even if nothing could be sent; else
  ///   the store's errors.
  package func work(
    _ plan: ReplayPlan, _ policy: ReplayPolicy, unsure: UnsureLetters? = nil, stop: Signal<Void>,
    observe: (ReplayProgress) -> Void
  ) async throws -> ReplayResult {
    guard try await store.claim(plan.id) else { throw ReplayClaimed(plan: plan.id) }
    if let unsure { _ = try await store.settleUnsure(plan.id, sends: unsure == .publish) }
    do {
      let end = try await run(plan, policy, on: try await gateway.open(), stop: stop, observe)
      return ReplayResult(plan: plan, progress: try await store.progress(plan.id), end: end)
    } catch {
      throw ReplayCutOff(plan: plan.id, cause: error)
    }
  }

  private func run(
    _ plan: ReplayPlan, _ policy: ReplayPolicy, on link: some ReplayLink, stop: Signal<Void>,
    _ observe: (ReplayProgress) -> Void
  ) async throws -> ReplayEnd {
    try await link.use { link in
      let run = ReplayRun(
        plan: plan.id, store: store, publisher: try await link.publisher(), addressing: addressing, clock: clock,
        policy: policy, stop: stop)
      return try await run.run(observe)
    }
  }
}

/// What to do with letters that may have been sent when a run was cut off.
package enum UnsureLetters: String, CaseIterable, Sendable {
  /// Send them (again): they keep their ids, so it has no second effect.
  case publish
  /// Give them up.
  case skip
}

/// The result of running a plan.
package struct ReplayResult: Sendable {
  package let plan: ReplayPlan
  package let progress: ReplayProgress
  /// Nil if nothing was run.
  package let end: ReplayEnd?

  package init(plan: ReplayPlan, progress: ReplayProgress, end: ReplayEnd?) {
    self.plan = plan
    self.progress = progress
    self.end = end
  }

  /// Nothing in the plan needs attention.
  package var isComplete: Bool { end == .done || end == .sent }
}

/// Another process is running the plan.
package struct ReplayClaimed: Error, CustomStringConvertible {
  package let plan: ULID

  package var description: String { "another process is running plan \(plan)" }
}

/// An error that ended a run, perhaps before it had sent anything. The state of each letter is recorded; the plan can
/// be resumed.
package struct ReplayCutOff: Error {
  package let plan: ULID
  package let cause: any Error
}
