package import WorkspaceDomain

/// A tenant's parked commands, in the order of their arrival.
package struct ParkedLine: Sendable, Equatable {
  package let tenantID: TenantID
  package var count: Int
  /// The size of their bodies and properties in bytes.
  package var bytes: Int
  /// When the command that has waited longest was parked.
  package var oldest: Timestamp
  /// When the first command is tried next.
  package var dueAt: Timestamp

  package init(tenantID: TenantID, count: Int, bytes: Int, oldest: Timestamp, dueAt: Timestamp) {
    self.tenantID = tenantID
    self.count = count
    self.bytes = bytes
    self.oldest = oldest
    self.dueAt = dueAt
  }

  /// Adds the commands of `part`, which come behind its own.
  package mutating func append(_ part: ParkedLine) {
    count += part.count
    bytes += part.bytes
    oldest = min(oldest, part.oldest)
  }
}

/// What a unit of work changes in a line, besides adding commands to its end.
package enum ParkedLineChange: Sendable, Equatable {
  /// The first commands are settled and leave the line; the next one is due at once.
  ///
  /// `bytes` is the size of the commands that leave.
  case advance(TenantID, removing: [ParkedID], bytes: Int, at: Timestamp)
  /// The first command has failed again, in `process`, and is retried later.
  ///
  /// `seen` is the due time as it was read: if an operator has changed the due time since, the operator's value stays.
  case postpone(TenantID, ParkedID, ParkedCommand.Failures, process: ULID, until: Timestamp, seen: Timestamp?)
}
