import ArgumentParser
import Observability
import Operations
import Settings

/// How to treat letters older than `inbox.replay_window`.
struct ReplayAge: ParsableArguments {
  @Flag(
    help:
      "Include letters older than inbox.replay_window: if the inbox has forgotten their commands' answers, they are executed a second time."
  )
  var beyondWindow = false

  /// Leaves out letters that are too old, unless `--beyond-window` is given, and reports how many there are.
  func limit(_ filter: DeadLetterFilter, _ session: OperatorSession) async throws -> DeadLetterFilter {
    let window = session.replayWindow
    let now = session.now
    let count = try await session.deadLetters.count(window.beyond(filter, at: now))
    if count > 0 {
      let fate =
        beyondWindow
        ? "included anyway: commands that were executed and since forgotten are executed a second time"
        : "left out; --beyond-window includes them"
      StandardError.write(
        "workspace-worker: \(count) letters are older than inbox.replay_window (\(window.length.settingText)), "
          + "counted from the first answer, and \(fate)\n")
    }
    return beyondWindow ? filter : window.within(filter, at: now)
  }

  /// - Throws: ``NegativeAnswer`` if the inbox may have forgotten commands of the plan's letters.
  func permit(_ plan: ReplayPlan, _ session: OperatorSession) throws {
    let window = session.replayWindow
    guard !beyondWindow, window.hasOutlived(plan, at: session.now) else { return }
    throw NegativeAnswer(
      """
      plan \(plan.id) was made longer ago than inbox.retention is longer than inbox.replay_window \
      (\(window.margin.settingText)): its letters may be forgotten by the inbox, and be carried out a second time; \
      --beyond-window goes on all the same
      """)
  }
}
