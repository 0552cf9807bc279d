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

  /// A valid command that failed for a reason that nobody foresaw, also when it was run alone.
  package static let unexpected = CommandFailure(
    code: "unexpected_failure", detail: "the command failed for a reason that is no rule; the log has it")
}
