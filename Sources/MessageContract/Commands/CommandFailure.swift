/// Why a command ends among the dead letters.
package struct CommandFailure: Sendable, Equatable {
  /// The reason code.
  package let code: String
  /// For people. No payload: it is logged.
  package let detail: String

  package init(code: String, detail: String) {
    self.code = code
    self.detail = detail
  }

  /// The reason code of what the broker itself has dead-lettered.
  package static let brokerDeadLettered = "broker_dead_lettered"

  /// Every reason code that a dead letter can have.
  package static let allCodes =
    InvalidCommand.Reason.allCases.map(\.rawValue) + [unexpected, crashLoop, lineFull, withdrawn].map(\.code)
    + [brokerDeadLettered]

  /// A valid command that failed for a reason that nobody foresaw, also when it was run alone.
  package static let unexpected = CommandFailure(
    code: "unexpected_failure", detail: "the command failed for a reason that is no rule")

  /// Process after process has died of it.
  package static let crashLoop = CommandFailure(
    code: "crash_loop", detail: "processes that began with the command did not live to finish it")

  /// Its tenant's line of parked commands takes no more.
  package static let lineFull = CommandFailure(
    code: "parked_line_full", detail: "too many commands of the tenant, or too old ones, wait for one that fails")

  /// An operator took it out of its line.
  package static let withdrawn = CommandFailure(
    code: "withdrawn_by_operator", detail: "an operator took the command out of the line of its tenant")
}
