package import WorkspaceDomain

/// What a commit changes in the relationships of a tenant, each relationship once, removals first.
package struct RelationshipCommit: Sendable, Equatable {
  /// What one write takes at most: SpiceDB's default.
  package static let largestPart = 1000

  package let tenantID: TenantID
  package let changes: [RelationshipChange]

  package init(tenantID: TenantID, changes: [RelationshipChange]) {
    self.tenantID = tenantID
    self.changes = changes
  }

  /// It in parts of at most so many changes, in the order in which they are to be made: what is taken away goes before what is
  /// given, so that nobody ever has more than before or after. One part, as nearly always, is made at one moment.
  ///
  /// - Parameter size: of the largest part; at least 1.
  package func parts(ofAtMost size: Int = largestPart) -> [RelationshipCommit] {
    stride(from: 0, to: changes.count, by: size).map { start in
      RelationshipCommit(tenantID: tenantID, changes: Array(changes[start..<min(start + size, changes.count)]))
    }
  }
}
