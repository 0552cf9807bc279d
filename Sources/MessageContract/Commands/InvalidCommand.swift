/// A message that is no command, and as much of it as could be read.
package struct InvalidCommand: Error, Sendable, Equatable {
  package enum Reason: String, Sendable, CaseIterable {
    case malformedJSON = "malformed_json"
    case invalidEnvelope = "invalid_envelope"
    case unknownCommandType = "unknown_command_type"
    case invalidData = "invalid_data"
    case messageTooLarge = "message_too_large"
    /// The access list does not permit it.
    case forbiddenSender = "forbidden_sender"
  }

  package let reason: Reason
  /// What is wrong, for people. Names attributes and rules, never values: it is logged.
  package let detail: String
  package let envelope: PartialEnvelope
}

extension InvalidCommand {
  /// A correction of a command that would be taken for a repetition of it.
  package static let sameID = InvalidCommand(
    reason: .invalidEnvelope, detail: "it needs an id other than that of the command which it corrects",
    envelope: PartialEnvelope())

  /// A command that its sender may not send. Says nothing of what it asks for.
  package static func forbidden(_ command: DecodedCommand) -> InvalidCommand {
    InvalidCommand(
      reason: .forbiddenSender, detail: "this sender may not send this command for this tenant",
      envelope: PartialEnvelope(command))
  }

  /// A message that nobody dares to read.
  package static let unread = InvalidCommand(
    reason: .invalidEnvelope, detail: "the message was not read", envelope: PartialEnvelope())

  /// The same, as what a result and a dead letter say of it.
  package var failure: CommandFailure { CommandFailure(code: reason.rawValue, detail: detail) }
}
