import Messaging
package import UnitOfWork
package import WorkspaceDomain

/// A parked command as it is listed, without its message, so that pages are small.
package struct ParkedCommandSummary: Sendable, Equatable {
  /// The command; without its message if it was read for a list.
  package let entry: ParkedEntry
  /// The size of the body.
  package let bytes: Int

  package init(entry: ParkedEntry, bytes: Int) {
    self.entry = entry
    self.bytes = bytes
  }

  /// Summarizes a command that was read with its message.
  package init(_ entry: ParkedEntry) { self.init(entry: entry, bytes: entry.command.message.body.count) }

  /// What happens to the command next.
  package enum Turn: Sendable, Equatable {
    /// An operator wants it to become a dead letter.
    case deadLetter
    /// The command waits behind another one.
    case waits
    case dueNow
    case due(Timestamp)
  }

  package var turn: Turn {
    if entry.deadLetterRequest != nil { return .deadLetter }
    guard let dueAt = entry.command.dueAt else { return .waits }
    // A release by an operator sets a time in the distant past.
    return dueAt < entry.command.parkedAt ? .dueNow : .due(dueAt)
  }
}

/// A tenant's line as it is listed.
package struct ParkedLineSummary: Sendable, Equatable {
  package let first: ParkedCommandSummary
  /// Commands in the line.
  package let count: Int

  package init(first: ParkedCommandSummary, count: Int) {
    self.first = first
    self.count = count
  }

  package var tenantID: TenantID { first.entry.command.tenantID }
}
