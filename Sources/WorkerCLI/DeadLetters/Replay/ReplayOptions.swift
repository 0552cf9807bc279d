import ArgumentParser
import Coordination
import Observability
import Operations
import UnixSignals

/// How a plan is run.
struct ReplayOptions: ParsableArguments {
  @Option(help: "Send this many first, and continue only once the worker has executed them.")
  var canary: Int?
  @Option(help: "The maximum number of letters per second. Default: as fast as the broker accepts them.")
  var rate: Int?
  @Option(help: "Stop when more than this share of the known outcomes, once there are ten, are dead letters again.")
  var maxFailureRatio = 0.1
  @Option(help: "How many seconds to wait for outcomes, after the canary and at the end.")
  var timeout = 60
  @Flag(help: "Exit when all letters are sent, without waiting for their outcomes.")
  var noWait = false

  func validate() throws {
    if let canary, canary < 1 { throw ValidationError("--canary takes a number of at least 1.") }
    if let rate, rate < 1 { throw ValidationError("--rate takes a number of at least 1.") }
    guard (0...1).contains(maxFailureRatio) else {
      throw ValidationError("--max-failure-ratio takes a number from 0 to 1.")
    }
    guard (1...86_400).contains(timeout) else { throw ValidationError("--timeout takes a number from 1 to 86400.") }
  }

  private var policy: ReplayPolicy {
    ReplayPolicy(
      canary: canary, rate: rate, maximumFailureRatio: maxFailureRatio, timeout: .seconds(timeout),
      awaitsOutcomes: !noWait)
  }

  /// Runs a plan, shows its progress on the terminal, and stops cleanly at the first signal.
  func work(_ plan: ReplayPlan, by replays: Replays, unsure: UnsureLetters? = nil) async throws -> ReplayResult {
    let stop = Signal<Void>()
    let policy = policy
    do {
      return try await withThrowingTaskGroup(of: ReplayResult?.self) { group in
        group.addTask {
          for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { stop.raise() }
          return nil
        }
        group.addTask {
          var bar: ProgressBar?
          defer { bar?.finish() }
          return try await replays.work(plan, policy, unsure: unsure, stop: stop) { progress in
            let settled = progress.total - progress.pending
            if bar == nil { bar = ProgressBar(label: "replayed", total: progress.total, first: settled) }
            bar?.show(settled)
          }
        }
        defer { group.cancelAll() }
        while let result = try await group.next() {
          if let result { return result }
        }
        throw CancellationError()
      }
    } catch let error as ReplayCutOff {
      StandardError.write(
        "workspace-worker: plan \(plan.id) was interrupted; continue with 'dead-letters resume \(plan.id)'\n")
      throw error.cause
    }
  }
}
