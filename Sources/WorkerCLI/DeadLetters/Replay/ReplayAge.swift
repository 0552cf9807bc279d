import ArgumentParser
import Observability
import PostgresStore
import Settings
import UnitOfWork
import WorkerRuntime
import WorkspaceDomain

/// Which letters are too old to be sent again without more ado.
///
/// The inbox knows a command for `inbox.retention` after it was answered first. A letter says when that was, where the inbox
/// knew it as the letter was recorded; otherwise it can only have been after that. So a letter's age counts from the one, else
/// from the other, and up to `inbox.replay_window`, which is no longer than the retention, its command can't be carried out
/// twice.
struct ReplayAge: ParsableArguments {
  @Flag(help: "Also letters that are older than inbox.replay_window: where the inbox has forgotten their commands' answers, they are carried out a second time.")
  var beyondWindow = false

  /// Leaves out what is too old, and says so.
  func limit(
    _ filter: DeadLetterFilter, _ configuration: WorkerConfiguration, _ ledger: PostgresDeadLetters
  ) async throws -> DeadLetterFilter {
    let window = configuration.inbox.replayWindow
    let start = SystemWallClock().now().cutoff(window)
    var (older, younger) = (filter, filter)
    older.knownBefore = start
    younger.knownSince = start
    let count = try await ledger.groups(by: .reason, older, limit: 1000).reduce(0) { $0 + $1.count }
    if count > 0 {
      let fate =
        beyondWindow
        ? "taken all the same: what was carried out and is forgotten since is carried out a second time"
        : "left out; --beyond-window takes them, too"
      StandardError.write(
        "workspace-worker: \(count) letters are older than inbox.replay_window (\(window.settingText)), counted from the first answer, and \(fate)\n")
    }
    return beyondWindow ? filter : younger
  }

  /// A plan's letters were young enough when it was made. They still are while no more time has gone by than the retention is
  /// longer than the window.
  func permit(_ plan: ReplayPlan, _ configuration: WorkerConfiguration) throws {
    let margin = configuration.inbox.retention - configuration.inbox.replayWindow
    guard !beyondWindow, plan.createdAt < SystemWallClock().now().cutoff(margin) else { return }
    StandardError.write(
      """
      workspace-worker: plan \(plan.id) was made longer ago than inbox.retention is longer than inbox.replay_window \
      (\(margin.settingText)): its letters may be forgotten by the inbox, and be carried out a second time; --beyond-window goes \
      on all the same\n
      """)
    throw ExitCode.no
  }
}
