import ArgumentParser
import Observability
import Operations
import Settings

/// How to treat letters older than `inbox.replay_window`.
struct ReplayAge: ParsableArguments {
  @Flag(
    help:
      "Include letters older than inbox.replay_window: where the answer has expired, the command is executed again."
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
        ? "included anyway: commands executed before, whose answers have expired, are executed a second time"
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
      plan \(plan.id) is older than inbox.retention minus inbox.replay_window (\(window.margin.settingText)): the \
      answers to its commands may have expired, and they would be executed a second time; --beyond-window continues \
      anyway
      """)
  }
}
