package import WorkspaceApplication

/// A message that is no command, or is not begun again, and as much of it as could be read.
package struct InvalidCommand: Error, Sendable, Equatable {
  /// One of those that say that it is none, or `crash_loop`.
  package let reason: DeadLetterReason
  /// What is wrong, for people. Names attributes and rules; of values only short pieces of what is no payload: it is
  /// logged, and stands in the result.
  package let detail: String
  package let envelope: PartialEnvelope
}

extension InvalidCommand {
  /// A correction of a command that would be taken for a repetition of it.
  package static let sameID = InvalidCommand(
    reason: .invalidEnvelope, detail: "it needs an id other than that of the command which it corrects",
    envelope: PartialEnvelope())

  /// A command that its sender may not send. Says nothing of what it asks for.
  package static func forbidden(_ envelope: PartialEnvelope) -> InvalidCommand {
    InvalidCommand(
      reason: .forbiddenSender, detail: "this sender may not send this command for this tenant", envelope: envelope)
  }

  /// A query that processes have died of.
  package static func crashLoop(_ envelope: PartialEnvelope) -> InvalidCommand {
    InvalidCommand(
      reason: .crashLoop, detail: "processes that began to answer the query died of it", envelope: envelope)
  }

  /// A message that is not decoded, because decoding may crash the process.
  package static let unread = InvalidCommand(
    reason: .invalidEnvelope, detail: "the message was not read", envelope: PartialEnvelope())

  /// The same, as what a result and a dead letter say of it.
  package var failure: CommandFailure { CommandFailure(reason, detail: detail) }
}
