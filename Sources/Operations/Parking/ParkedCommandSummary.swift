import Messaging
package import UnitOfWork
package import WorkspaceDomain

/// What a list says of a parked command: pages of these are small.
package struct ParkedCommandSummary: Sendable, Equatable {
  /// Without the message, where a list is read.
  package let entry: ParkedEntry
  /// Of the body.
  package let bytes: Int

  package init(entry: ParkedEntry, bytes: Int) {
    self.entry = entry
    self.bytes = bytes
  }

  /// A command that was read with its message.
  package init(_ entry: ParkedEntry) { self.init(entry: entry, bytes: entry.command.message.body.count) }

  /// What becomes of the command next.
  package enum Turn: Sendable, Equatable {
    /// An operator wants it among the dead letters.
    case deadLetter
    /// It stands behind another one.
    case waits
    case dueNow
    case due(Timestamp)
  }

  package var turn: Turn {
    if entry.deadLetterRequest != nil { return .deadLetter }
    guard let dueAt = entry.command.dueAt else { return .waits }
    // An operator's word sets a time long ago.
    return dueAt < entry.command.parkedAt ? .dueNow : .due(dueAt)
  }
}

/// What a list says of a tenant's line.
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
