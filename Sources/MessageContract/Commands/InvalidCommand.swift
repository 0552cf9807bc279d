package import WorkspaceApplication

/// A message that can't be executed, with as much of its envelope as could be read: it isn't a valid command or query,
/// its sender may not send it, or it has killed processes.
package struct InvalidCommand: Error, Sendable, Equatable {
  /// A `DeadLetterReason` of the group "No command", or `crash_loop`.
  package let reason: DeadLetterReason
  /// What is wrong, for people. Names attributes and rules, and quotes only short excerpts of values that are not
  /// payload: it is logged, and is part of the result.
  package let detail: String
  package let envelope: PartialEnvelope
}

extension InvalidCommand {
  /// A correction with the id of the command that it corrects: it would be taken for a repetition of that command.
  package static let sameID = InvalidCommand(
    reason: .invalidEnvelope, detail: "the correction needs an id different from that of the corrected command",
    envelope: PartialEnvelope())

  /// A command that its sender may not send. Reveals nothing about its content.
  package static func forbidden(_ envelope: PartialEnvelope) -> InvalidCommand {
    var envelope = envelope
    envelope.subject = nil
    return InvalidCommand(
      reason: .forbiddenSender, detail: "this sender may not send this command for this tenant", envelope: envelope)
  }

  /// A query that has killed processes.
  package static func crashLoop(_ envelope: PartialEnvelope) -> InvalidCommand {
    InvalidCommand(
      reason: .crashLoop, detail: "processes crashed while answering the query", envelope: envelope)
  }

  /// A message that is not decoded, because decoding may crash the process.
  package static let unread = InvalidCommand(
    reason: .invalidEnvelope, detail: "the message was not read", envelope: PartialEnvelope())

  /// The same error in a trace: the envelope's own trace if it has one.
  func continuing(_ trace: TraceContext?) -> InvalidCommand {
    var envelope = envelope
    envelope.trace = envelope.trace ?? trace
    return InvalidCommand(reason: reason, detail: detail, envelope: envelope)
  }

  /// The failure as the result and the dead letter report it.
  package var failure: CommandFailure { CommandFailure(reason, detail: detail) }
}
