package import WorkspaceApplication
package import WorkspaceDomain

/// The answer to a ``ReadSet``. What was asked for and is not here does not exist.
package struct Snapshot: Sendable {
  package var inbox: [InboxKey: InboxEntry] = [:]
  /// The `sequence` of each known tenant's last event; 0 before the first.
  package var tenants: [TenantID: Int64] = [:]
  /// Every workspace that an id, a name, a root or a page of the read set led to, whatever its tenant.
  package var workspaces: [WorkspaceID: Workspace] = [:]
  /// Numbers of children, counted up to the read set's limit. Left out if 0.
  package var childCounts: [WorkspaceID: Int] = [:]
  /// The parent of each workspace on the requested paths to the root; nil for a root.
  package var parents: [WorkspaceID: WorkspaceID?] = [:]
  /// Numbers of levels of the requested subtrees, each including the workspace's own level; at most
  /// ``WorkspaceRules/maximumTreeDepth`` plus one. Left out if 1.
  package var heights: [WorkspaceID: Int] = [:]
  /// The ids on each page, in id order.
  package var pages: [PageKey: [WorkspaceID]] = [:]
  /// The ids on each page of children, in id order.
  package var childPages: [ChildPageKey: [WorkspaceID]] = [:]
  /// How many workspaces tenants have besides the root, counted up to the read set's limit. Left out if 0.
  package var sizes: [TenantID: Int] = [:]
  /// Every role that was asked for, by itself or to decide a question, and those that may go with a member, an object
  /// or a tenant.
  package var roles: [RoleKey: Role] = [:]
  /// If more roles may go than the read set's limit: the first of them, in the order in which they have to go.
  /// ``roles`` then does not hold all that may go. Otherwise empty.
  package var cascade: [RoleKey] = []
  /// Whether more groups may go with their tenants than the read set's limit: ``groups`` then does not hold all of
  /// them.
  package var hasMoreGroups = false
  /// Every group that an id, a name, a page or the deletion of a tenant led to, whatever its tenant.
  package var groups: [GroupID: Group] = [:]
  /// Numbers of admins, counted up to the read set's limit. Left out if 0.
  package var adminCounts: [TenantID: Int] = [:]
  /// The members on each page, in their order.
  package var memberPages: [MemberPageKey: [Membership]] = [:]
  /// The ids on each page of groups, in id order.
  package var groupPages: [GroupPageKey: [GroupID]] = [:]
  /// Letters whose messages may be redelivered, because the acknowledgement may not have reached the broker: the
  /// earliest first.
  package var deadLetters: [DeadLetterKey: [ULID]] = [:]
  /// Commands that are parked, in this store's queue.
  package var waiting: Set<InboxKey> = []
  /// Fingerprints of messages that are parked, in this store's queue.
  package var parked: Set<[UInt8]> = []
  /// Replays that are under way, without an outcome yet, with the command that the letter is about. A reference that is
  /// missing here is made up, or repeated.
  package var replays: [ReplayReference: ReplayedCommand] = [:]

  package init() {}
}
