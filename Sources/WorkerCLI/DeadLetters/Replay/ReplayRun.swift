import DeliveryPipeline
import PostgresStore
import RabbitMQClient
import UnitOfWork
import WorkerRuntime
import WorkspaceDomain

/// Sends the letters of a plan, until all are sent or something speaks against it.
///
/// That a letter is about to be sent is committed before, and that the broker has it, after: what a process leaves behind
/// that is killed in between may have been sent, and is not sent again unless an operator says so.
struct ReplayRun {
  /// Letters that are handed to the broker in one go, when no rate makes that fewer.
  private static let chunk = 200
  /// Too few outcomes say nothing about a ratio.
  private static let fewOutcomes = 10
  private static let pollInterval: Duration = .milliseconds(200)

  let plan: ULID
  let replays: PostgresReplays
  let publisher: RabbitMQPublisher
  let exchange: ShortString
  /// Who publishes, for an access list.
  let user: ShortString?
  let options: ReplayOptions
  let stop: DrainSignal

  /// - Returns: why it ended.
  func run() async throws -> ReplayEnd {
    var progress = try await replays.progress(plan)
    var bar = ProgressBar(
      label: "replayed", total: progress.total, first: progress.published + progress.skipped + progress.unsure)
    defer { bar.finish() }
    if let canary = options.canary, progress.published == 0 {
      try await send(canary)
      if let end = try await awaitOutcomes(&bar) { return end }
      progress = try await replays.progress(plan)
      guard progress.failed == 0 else { return .failures }
    }
    while progress.pending > 0 {
      if stop.isRaised { return .stopped }
      let start = ContinuousClock.now
      let sent = try await send(chunk)
      progress = try await replays.progress(plan)
      bar.show(progress.published + progress.skipped + progress.unsure)
      if isFailing(progress) { return .failures }
      if let rate = options.rate {
        let pause = .seconds(1) * Double(sent) / Double(rate) - (ContinuousClock.now - start)
        if pause > .zero { try await stop.wait(atMost: pause) }
      }
    }
    if options.noWait { return .sent }
    if let end = try await awaitOutcomes(&bar) { return end }
    progress = try await replays.progress(plan)
    return progress.failed > 0 ? .failures : .done
  }

  private var chunk: Int { options.rate.map { max(1, min(Self.chunk, $0 / 5)) } ?? Self.chunk }

  /// - Returns: how many were sent.
  @discardableResult
  private func send(_ count: Int) async throws -> Int {
    let letters = try await replays.next(plan, limit: count)
    try await publisher.publish(
      letters.map { ReplayMessage.message($0, plan: ReplayReference(plan: plan, letter: $0.id), to: exchange, as: user) })
    try await replays.confirm(plan, letters.map(\.id), at: SystemWallClock().now())
    return letters.count
  }

  private func isFailing(_ progress: ReplayProgress) -> Bool {
    progress.known >= Self.fewOutcomes
      && Double(progress.failed) > options.maxFailureRatio * Double(progress.known)
  }

  /// - Returns: why nothing more is to be waited for or sent; nil when all that was sent has an outcome.
  private func awaitOutcomes(_ bar: inout ProgressBar) async throws -> ReplayEnd? {
    let deadline = ContinuousClock.now + .seconds(options.timeout)
    while true {
      let progress = try await replays.progress(plan)
      bar.show(progress.published + progress.skipped + progress.unsure)
      if progress.waiting == 0 { return nil }
      if stop.isRaised { return .stopped }
      guard ContinuousClock.now < deadline else { return .noOutcome }
      try await stop.wait(atMost: Self.pollInterval)
    }
  }
}

/// Why a run of a plan ended.
enum ReplayEnd: String, Encodable {
  /// All are sent and carried out.
  case done
  /// All are sent; nobody waited for more.
  case sent
  /// Too many of them are dead letters again, or one of the canary is; at the end of a plan, any.
  case failures
  /// What was sent has had no outcome for too long: is a worker active?
  case noOutcome = "no_outcome"
  /// By a signal.
  case stopped
}
