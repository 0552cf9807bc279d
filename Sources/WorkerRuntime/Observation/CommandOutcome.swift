package import MessageContract

/// What came of a message, in a form that can be counted: none of its values is the sender's to choose.
package struct CommandOutcome: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case succeeded
    /// A rule said no: the rejection's code.
    case rejected(code: String)
    /// It had been carried out before, and got its answer again.
    case repeated
    /// It has failed for a reason that is no rule, or stands behind one that has.
    case parked
    /// Nobody can process it: the reason code.
    case deadLettered(reason: String)
  }

  /// Nil where the message is no command.
  package let type: CommandType?
  package let kind: Kind

  package init(_ type: CommandType?, _ kind: Kind) {
    self.type = type
    self.kind = kind
  }
}
