package import WorkspaceApplication

/// Why a command becomes a dead letter.
package struct CommandFailure: Sendable, Equatable {
  package let reason: DeadLetterReason
  /// For people. No payload: it is logged.
  package let detail: String

  package init(_ reason: DeadLetterReason, detail: String) {
    self.reason = reason
    self.detail = detail
  }

  package static let unexpected = CommandFailure(
    .unexpectedFailure, detail: "the command failed for a reason that is no rule")

  package static let crashLoop = CommandFailure(
    .crashLoop, detail: "processes that began with the command did not live to finish it")

  package static let lineFull = CommandFailure(
    .parkedLineFull, detail: "too many commands of the tenant, or too old ones, wait for one that fails")

  package static let withdrawn = CommandFailure(
    .withdrawnByOperator, detail: "an operator took the command out of the line of its tenant")
}
