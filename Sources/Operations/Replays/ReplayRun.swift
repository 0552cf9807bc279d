import Coordination
import Messaging
import WorkspaceApplication
import WorkspaceDomain

/// Sends the letters of a plan, until all are sent or there is a reason to stop.
///
/// The intention to send a letter is committed before it is sent, and the broker's confirm afterwards. Letters of a
/// process killed in between may have been sent, and are not sent again unless an operator decides so. A letter that
/// can't be sent is recorded with the reason, and those behind it continue: each letter is tried once per run.
struct ReplayRun {
  /// The number of outcomes below which a failure ratio is meaningless.
  private static let fewOutcomes = 10
  private static let pollInterval: Duration = .milliseconds(200)

  let plan: ULID
  let store: any ReplayStore
  let publisher: any MessagePublisher
  let addressing: ReplayAddressing
  let clock: any WallClock
  let policy: ReplayPolicy
  let stop: Signal<Void>

  /// - Parameter observe: is called with the plan's progress, at the start and whenever it may have changed.
  /// - Returns: why the run ended.
  func run(_ observe: (ReplayProgress) -> Void) async throws -> ReplayEnd {
    var progress = try await progress(observe)
    // An operator who resumes a plan has seen earlier failures: only outcomes that come during this run can stop it.
    let before = progress
    if let canary = policy.canary {
      if let end = try await runCanary(canary, observe) { return end }
      progress = try await store.progress(plan)
    }
    while progress.pending > 0 {
      if stop.isRaised { return .stopped }
      let start = ContinuousClock.now
      let (sent, isRefused) = try await send(chunk)
      progress = try await self.progress(observe)
      if progress.pending > 0, isFailing(progress, since: before) { return .failures }
      if isRefused { return .refused }
      try await pause(after: sent, since: start)
    }
    guard policy.awaitsOutcomes else { return progress.unsendable > 0 ? .notSent : .sent }
    if let end = try await awaitOutcomes(observe) { return end }
    progress = try await store.progress(plan)
    return progress.failed > 0 ? .failures : progress.unsendable > 0 ? .notSent : .done
  }

  /// Sends a few letters ahead of the others, unless some of the plan have already been executed.
  ///
  /// - Returns: why not to send the others: one of the canary is a dead letter again, or has no outcome, or none of it
  ///   could be sent.
  private func runCanary(_ count: Int, _ observe: (ReplayProgress) -> Void) async throws -> ReplayEnd? {
    if let end = try await awaitOutcomes(observe) { return end }
    let before = try await store.progress(plan)
    guard before.known == before.failed, before.pending > 0 else { return nil }
    if try await send(count).isRefused { return .refused }
    if let end = try await awaitOutcomes(observe) { return end }
    let after = try await store.progress(plan)
    if after.failed > before.failed { return .failures }
    return after.known == before.known && after.pending > 0 ? .notSent : nil
  }

  /// The number of letters handed to the broker at once.
  private var chunk: Int { policy.rate.map { max(1, min(LetterBatch.count, $0 / 5)) } ?? LetterBatch.count }

  private func progress(_ observe: (ReplayProgress) -> Void) async throws -> ReplayProgress {
    let progress = try await store.progress(plan)
    observe(progress)
    return progress
  }

  /// - Returns: how many were sent, and whether the broker currently takes no more.
  private func send(_ count: Int) async throws -> (sent: Int, isRefused: Bool) {
    let letters = try await store.next(plan, limit: count, bytes: LetterBatch.bytes, at: clock.now())
    let dispatch = await ReplayDispatch.send(letters.map { ($0.id, addressing.message($0, of: plan)) }, by: publisher)
    // Before a failure is thrown: record what is known of each letter.
    try await store.confirm(plan, dispatch.sent, at: clock.now())
    try await store.giveUp(plan, dispatch.obstructed, at: clock.now())
    try await store.putBack(plan, dispatch.refused)
    if let failure = dispatch.failure { throw failure }
    return (dispatch.sent.count, !dispatch.refused.isEmpty)
  }

  /// Waits for the rest of the time that the rate allots to the letters sent.
  private func pause(after sent: Int, since start: ContinuousClock.Instant) async throws {
    guard let rate = policy.rate else { return }
    let pause = .seconds(1) * Double(sent) / Double(rate) - (ContinuousClock.now - start)
    if pause > .zero { try await stop.wait(atMost: pause) }
  }

  private func isFailing(_ progress: ReplayProgress, since before: ReplayProgress) -> Bool {
    let known = progress.known - before.known
    let failed = progress.failed - before.failed
    return known >= Self.fewOutcomes && Double(failed) > policy.maximumFailureRatio * Double(known)
  }

  /// - Returns: why to stop waiting and sending; nil when all letters sent have an outcome.
  private func awaitOutcomes(_ observe: (ReplayProgress) -> Void) async throws -> ReplayEnd? {
    let deadline = ContinuousClock.now + policy.timeout
    while true {
      if try await progress(observe).waiting == 0 { return nil }
      if stop.isRaised { return .stopped }
      guard ContinuousClock.now < deadline else { return .noOutcome }
      try await stop.wait(atMost: Self.pollInterval)
    }
  }
}
