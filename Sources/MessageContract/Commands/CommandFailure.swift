package import WorkspaceApplication

/// Why a command becomes a dead letter.
package struct CommandFailure: Sendable, Equatable {
  package let reason: DeadLetterReason
  /// An explanation for people, without payload, since it is logged.
  package let detail: String

  package init(_ reason: DeadLetterReason, detail: String) {
    self.reason = reason
    self.detail = detail
  }

  package static let unexpected = CommandFailure(
    .unexpectedFailure, detail: "the command failed unexpectedly")

  package static let crashLoop = CommandFailure(
    .crashLoop, detail: "processes crashed while executing the command")

  package static let lineFull = CommandFailure(
    .parkedLineFull, detail: "too many commands of the tenant, or too old ones, are waiting behind a failing one")

  package static let withdrawn = CommandFailure(
    .withdrawnByOperator, detail: "an operator removed the command from its tenant's line")
}
