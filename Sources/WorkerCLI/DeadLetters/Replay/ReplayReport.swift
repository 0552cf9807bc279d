import Observability
import Operations
import WorkspaceDomain

/// What `dead-letters replay` and `resume` print, and `plans` for each plan.
struct ReplayReport: Report {
  let plan: String
  let `operator`: String
  let reason: String
  let createdAt: String
  /// `done`, `sent`, `failures`, `not_sent`, `refused`, `no_outcome` or `stopped`; nil if nothing was run.
  let end: ReplayEnd?
  let total: Int
  let pending: Int
  let unsure: Int
  let published: Int
  let skipped: Int
  /// The skipped letters that can't be sent, by reason: `unroutable`, `unpublishable`, `discarded`.
  let notSent: [String: Int]
  let waiting: Int
  let outcomes: [String: Int]

  init(_ result: ReplayResult) {
    let (plan, progress) = (result.plan, result.progress)
    self.plan = plan.id.description
    `operator` = plan.operatorName
    reason = plan.reason
    createdAt = plan.createdAt.description
    end = result.end
    total = progress.total
    pending = progress.pending
    unsure = progress.unsure
    published = progress.published
    skipped = progress.skipped
    notSent = progress.notSent
    waiting = progress.waiting
    outcomes = progress.outcomes
  }

  var text: String {
    var lines = ["plan \(plan), by \(`operator`): \(reason)".escapingControls(keepingLines: false)]
    var table = TextTable(header: ["LETTERS", "COUNT"])
    for (name, count) in [
      ("all", total), ("sent", published), ("to be sent", pending), ("possibly sent", unsure), ("skipped", skipped),
    ] {
      if count > 0 || name == "all" { table.add([name, "\(count)"]) }
    }
    for (code, count) in notSent.sorted(by: { $0.key < $1.key }) { table.add(["  not sent: \(code)", "\(count)"]) }
    for (outcome, count) in outcomes.sorted(by: { $0.key < $1.key }) { table.add([outcome, "\(count)"]) }
    if waiting > 0 { table.add(["no outcome yet", "\(waiting)"]) }
    lines.append(table.text)
    lines += [end?.explanation, hint].compactMap(\.self)
    return lines.joined(separator: "\n")
  }

  private var hint: String? {
    if unsure > 0 {
      return
        "\(unsure) may have been sent when a run was interrupted: resume \(plan) --unsure publish sends them (again, "
        + "with their ids, so without a second effect), --unsure skip skips them"
    }
    return pending > 0 ? "continue with: workspace-worker dead-letters resume \(plan)" : nil
  }
}

extension ReplayEnd {
  var explanation: String? {
    switch self {
    case .done, .sent: nil
    case .failures: "some have become dead letters again"
    case .notSent:
      "some can't be sent: no queue is bound for their routing key (unroutable), or their headers have no room left "
        + "(unpublishable); dead-letters show says which applies to a letter"
    case .refused: "stopped: the broker refuses more (basic.nack); is the command queue full?"
    case .noOutcome: "stopped: no outcome yet of what was sent; is a worker active?"
    case .stopped: "stopped by a signal"
    }
  }
}
