package import Settings
import WorkerRuntime
import WorkspaceApplication

/// What the configuration alone shows: limits that must be consistent with each other.
package struct ConfigurationExamination: Examination {
  private let configuration: WorkerConfiguration
  private let consumerTimeout: Duration

  /// - Parameter consumerTimeout: how long the broker waits for an acknowledgement.
  package init(_ configuration: WorkerConfiguration, consumerTimeout: Duration) {
    self.configuration = configuration
    self.consumerTimeout = consumerTimeout
  }

  package func findings() -> [Finding] {
    [.ok("configuration", "every setting has a valid value"), handlerDeadline, retention, drain, authorization]
  }

  private var authorization: Finding {
    let check = "authorization.rules"
    let authorization = configuration.authorization
    guard authorization.rules.isEnforced else {
      return .warning(
        check, "nothing is denied: authorization.enforce is false",
        remedy: "once tenants have admins (tenant.set_member), set authorization.enforce: true")
    }
    let decider = authorization.provider == .spicedb ? "SpiceDB" : "the database"
    let systems = authorization.rules.requiresUser ? "rejected" : "not checked"
    return .ok(
      check, "users may do what their roles allow, as \(decider) decides; commands without a user are \(systems)")
  }

  /// About how long a batch may take. If its statements time out, it is rerun until its deadline. Then it is halved
  /// until the command at fault is alone; each half is a run that may time out, as may the verdict on that command. A
  /// run has two round trips, one to read and one to commit. After a timeout, the next session gives a round trip as
  /// long as all of its statements may take, which can be longer than what is counted here. SpiceDB, if it decides, can
  /// delay each run but that for the verdict.
  private var longestBatch: Duration {
    let halvings = (1...).first { 1 << $0 >= configuration.worker.batchCount } ?? 1
    let lastRuns = 1 + halvings + 1
    let decisions = configuration.authorization.provider == .spicedb ? ReplicaDecider.longestDecision : .zero
    return configuration.worker.handlerDeadline + configuration.postgres.responseTimeout * (2 * lastRuns)
      + decisions * (lastRuns - 1)
  }

  private var handlerDeadline: Finding {
    let check = "deadlines.consumer_timeout"
    let longest = longestBatch
    let detail =
      "a delivery is acknowledged within about \(longest.settingText); the broker waits for "
      + consumerTimeout.settingText
    let remedy =
      "raise the broker's consumer_timeout, or lower worker.handler_deadline and postgres.response_timeout: the broker "
      + "closes the channel of a late consumer"
    guard longest <= consumerTimeout else { return .problem(check, detail, remedy: remedy) }
    // One batch may wait while another is executed.
    guard longest * 2 <= consumerTimeout else { return .warning(check, detail, remedy: remedy) }
    return .ok(check, detail)
  }

  private var retention: Finding {
    let inbox = configuration.inbox
    // A configuration with a retention shorter than the window is rejected.
    return .ok(
      "retention.replay",
      "answers are kept for \(inbox.retention.settingText); commands may be repeated, and letters replayed, for "
        + inbox.replayWindow.settingText)
  }

  private var drain: Finding {
    let detail = "SIGTERM: \(configuration.worker.drainTimeout.settingText) to finish the work in progress"
    guard configuration.worker.drainTimeout >= .seconds(5) else {
      return .warning(
        "deadlines.drain", detail, remedy: "raise worker.drain_timeout: interrupted work must be repeated")
    }
    return .ok("deadlines.drain", detail)
  }
}
