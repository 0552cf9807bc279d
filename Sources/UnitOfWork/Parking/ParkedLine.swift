package import WorkspaceDomain

/// A tenant's parked commands, in the order of their arrival.
package struct ParkedLine: Sendable, Equatable {
  package let tenantID: TenantID
  package var count: Int
  /// The bytes of their bodies and properties.
  package var bytes: Int
  /// When the longest-waiting one was parked.
  package var oldest: Timestamp
  /// When the line continues.
  package var dueAt: Timestamp

  package init(tenantID: TenantID, count: Int, bytes: Int, oldest: Timestamp, dueAt: Timestamp) {
    self.tenantID = tenantID
    self.count = count
    self.bytes = bytes
    self.oldest = oldest
    self.dueAt = dueAt
  }
}

/// What a unit of work does to a line besides adding to its end.
package enum ParkedLineChange: Sendable, Equatable {
  /// The first commands are settled, and leave; the next one is due at once.
  ///
  /// `bytes`: of those that leave.
  case advance(TenantID, removing: [ParkedID], bytes: Int, at: Timestamp)
  /// The first command has failed again, in `process`, and is due later.
  ///
  /// `seen` is when it was due when it was read: if an operator has changed that since, the operator's value stays.
  case postpone(TenantID, ParkedID, ParkedCommand.Failures, process: ULID, until: Timestamp, seen: Timestamp?)
}
