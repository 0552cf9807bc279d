/// A ULID that identifies one kind of thing, so that a tenant's id is never mistaken for a workspace's.
package struct Identifier<Kind>: Sendable, Hashable, Comparable, LosslessStringConvertible {
  package let ulid: ULID

  package init(_ ulid: ULID) { self.ulid = ulid }

  /// - Returns: nil unless `text` is a ULID.
  package init?(_ text: String) {
    guard let ulid = ULID(text) else { return nil }
    self.ulid = ulid
  }

  package var description: String { ulid.description }
  package static func < (lhs: Self, rhs: Self) -> Bool { lhs.ulid < rhs.ulid }
}

/// The owner of a tree of workspaces.
package enum Tenant {}

package typealias TenantID = Identifier<Tenant>
package typealias WorkspaceID = Identifier<Workspace>
package typealias GroupID = Identifier<Group>
