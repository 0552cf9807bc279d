import Coordination
import Messaging
import MessageContract
import PostgresStore
import RabbitMQClient
import UnitOfWork
import WorkerRuntime
import WorkspaceApplication
import WorkspaceDomain

/// Sends the letters of a plan, until all are sent or something speaks against it.
///
/// That a letter is about to be sent is committed before, and that the broker has it, after: what a process leaves behind
/// that is killed in between may have been sent, and is not sent again unless an operator says so. A letter that can't be
/// sent is noted with the reason, and those behind it go on: each letter of a plan is tried once in a run.
struct ReplayRun {
  /// Letters that are handed to the broker in one go, when no rate makes that fewer.
  private static let chunk = 200
  /// Too few outcomes say nothing about a ratio.
  private static let fewOutcomes = 10
  private static let pollInterval: Duration = .milliseconds(200)

  let plan: ULID
  let replays: PostgresReplays
  /// One that does not keep order, with mandatory messages.
  let publisher: RabbitMQPublisher
  let decoder: CommandDecoder
  let exchange: ShortString
  /// Who publishes, for an access list.
  let user: ShortString?
  let options: ReplayOptions
  let stop: Signal<Void>

  /// - Returns: why it ended.
  func run() async throws -> ReplayEnd {
    var progress = try await replays.progress(plan)
    // An operator who resumes a plan has seen what failed before: only what this run learns can stop it.
    let before = progress
    var bar = ProgressBar(
      label: "replayed", total: progress.total, first: progress.published + progress.skipped + progress.unsure)
    defer { bar.finish() }
    if let canary = options.canary, progress.published == 0 {
      if try await send(canary).isRefused { return .refused }
      if let end = try await awaitOutcomes(&bar) { return end }
      progress = try await replays.progress(plan)
      guard progress.failed == 0 else { return .failures }
    }
    while progress.pending > 0 {
      if stop.isRaised { return .stopped }
      let start = ContinuousClock.now
      let (sent, isRefused) = try await send(chunk)
      progress = try await replays.progress(plan)
      bar.show(progress.published + progress.skipped + progress.unsure)
      if progress.pending > 0, isFailing(progress, since: before) { return .failures }
      if isRefused { return .refused }
      if let rate = options.rate {
        let pause = .seconds(1) * Double(sent) / Double(rate) - (ContinuousClock.now - start)
        if pause > .zero { try await stop.wait(atMost: pause) }
      }
    }
    if options.noWait { return progress.unsendable > 0 ? .notSent : .sent }
    if let end = try await awaitOutcomes(&bar) { return end }
    progress = try await replays.progress(plan)
    return progress.failed > 0 ? .failures : progress.unsendable > 0 ? .notSent : .done
  }

  private var chunk: Int { options.rate.map { max(1, min(Self.chunk, $0 / 5)) } ?? Self.chunk }

  /// - Returns: how many were sent, and whether the broker takes no more now.
  private func send(_ count: Int) async throws -> (sent: Int, isRefused: Bool) {
    let clock = SystemWallClock()
    let letters = try await replays.next(plan, limit: count, at: clock.now())
    let dispatch = await ReplayDispatch.send(letters.map { ($0.id, message($0)) }, by: publisher)
    // First of all, and also where the rest has failed: what is known of each.
    try await replays.confirm(plan, dispatch.sent, at: clock.now())
    try await replays.giveUp(plan, dispatch.obstructed, at: clock.now())
    try await replays.putBack(plan, dispatch.refused)
    if let failure = dispatch.failure { throw failure }
    return (dispatch.sent.count, !dispatch.refused.isEmpty)
  }

  private func message(_ letter: ReplayLetter) -> OutboundMessage {
    ReplayMessage.message(
      letter, plan: ReplayReference(plan: plan, letter: letter.id), to: exchange, type: type(of: letter.message), as: user)
  }

  /// The command that it is, or wants to be.
  private func type(of message: OutboundMessage) -> CommandType? {
    do throws(InvalidCommand) {
      return try decoder.decode(message.body, contentType: message.properties.contentType).type
    } catch {
      return error.envelope.type.flatMap { CommandType(rawValue: $0) }
    }
  }

  private func isFailing(_ progress: ReplayProgress, since before: ReplayProgress) -> Bool {
    let known = progress.known - before.known
    let failed = progress.failed - before.failed
    return known >= Self.fewOutcomes && Double(failed) > options.maxFailureRatio * Double(known)
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
  /// Some can't be sent, and are noted with the reason.
  case notSent = "not_sent"
  /// The broker takes no more now. Those that it refused are still to be sent.
  case refused
  /// What was sent has had no outcome for too long: is a worker active?
  case noOutcome = "no_outcome"
  /// By a signal.
  case stopped
}
