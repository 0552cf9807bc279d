package import WorkspaceDomain

/// A commit's changes of a tenant's relationships, each relationship once, removals first.
package struct RelationshipCommit: Sendable, Equatable {
  /// The maximum of one write: SpiceDB's default.
  package static let largestPart = 1000

  package let tenantID: TenantID
  package let changes: [RelationshipChange]

  package init(tenantID: TenantID, changes: [RelationshipChange]) {
    self.tenantID = tenantID
    self.changes = changes
  }

  /// Splits it into parts of at most `size` changes, in the order in which they are to be made: removals before
  /// additions, so that nobody ever has more rights than before or after. A single part, the usual case, takes effect
  /// at one moment.
  ///
  /// - Parameter size: of the largest part; at least 1.
  package func parts(ofAtMost size: Int = largestPart) -> [RelationshipCommit] {
    stride(from: 0, to: changes.count, by: size).map { start in
      RelationshipCommit(tenantID: tenantID, changes: Array(changes[start..<min(start + size, changes.count)]))
    }
  }
}
