package import WorkspaceDomain

/// The changes that one commit makes to a tenant's relationships: each relationship at most once, removals first.
package struct RelationshipCommit: Sendable, Equatable {
  /// The largest number of changes in one write: SpiceDB's default.
  package static let largestPart = 1000

  package let tenantID: TenantID
  package let changes: [RelationshipChange]

  package init(tenantID: TenantID, changes: [RelationshipChange]) {
    self.tenantID = tenantID
    self.changes = changes
  }

  /// Some of its changes, in their order; perhaps none.
  func part(_ isIncluded: (RelationshipChange) -> Bool) -> RelationshipCommit {
    RelationshipCommit(tenantID: tenantID, changes: changes.filter(isIncluded))
  }

  /// Splits the commit into parts of at most `size` changes, in the order in which they must be made: removals before
  /// additions, so that no user has a right in between that the user has neither before nor after. A single part, the
  /// usual case, takes effect atomically.
  ///
  /// - Parameter size: the largest number of changes in a part; at least 1.
  package func parts(ofAtMost size: Int = largestPart) -> [RelationshipCommit] {
    stride(from: 0, to: changes.count, by: size).map { start in
      RelationshipCommit(tenantID: tenantID, changes: Array(changes[start..<min(start + size, changes.count)]))
    }
  }
}
