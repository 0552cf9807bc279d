package import WorkspaceApplication
package import WorkspaceDomain

/// The answer to a ``ReadSet``. What was asked for and is not here does not exist.
package struct Snapshot: Sendable {
  package var inbox: [InboxKey: InboxEntry] = [:]
  /// The `sequence` of each known tenant's last event; 0 before the first.
  package var tenants: [TenantID: Int64] = [:]
  /// Every workspace that an id, a name, a root or a page of the read set led to, whatever its tenant.
  package var workspaces: [WorkspaceID: Workspace] = [:]
  /// Numbers of children, none above the read set's limit. Left out where it is 0.
  package var childCounts: [WorkspaceID: Int] = [:]
  /// The parent of each workspace on the ways up that were asked for; nil for a root.
  package var parents: [WorkspaceID: WorkspaceID?] = [:]
  /// Numbers of levels of the subtrees that were asked for, the workspace's own among them; none above
  /// ``WorkspaceRules/maximumTreeDepth`` and one. Left out where it is 1.
  package var heights: [WorkspaceID: Int] = [:]
  /// The ids on each page, in id order.
  package var pages: [PageKey: [WorkspaceID]] = [:]
  /// The ids on each page of children, in id order.
  package var childPages: [ChildPageKey: [WorkspaceID]] = [:]
  /// How many workspaces besides the root tenants have, none above the read set's limit. Left out where it is 0.
  package var sizes: [TenantID: Int] = [:]
  /// Every role that was asked for, by itself or to decide a question, and those of what may go.
  package var roles: [RoleKey: Role] = [:]
  /// Where more roles may go than the read set's limit: the first of them, in the order in which they have to go. Then
  /// ``roles`` does not hold all that may go. Otherwise empty.
  package var cascade: [RoleKey] = []
  /// More groups may go with their tenants than the read set's limit; ``groups`` does not hold all of them.
  package var hasMoreGroups = false
  /// Every group that an id, a name, a page or the end of a tenant led to, whatever its tenant.
  package var groups: [GroupID: Group] = [:]
  /// Numbers of admins, none above the read set's limit. Left out where it is 0.
  package var adminCounts: [TenantID: Int] = [:]
  /// The members on each page, in their order.
  package var memberPages: [MemberPageKey: [Membership]] = [:]
  /// The ids on each page of groups, in id order.
  package var groupPages: [GroupPageKey: [GroupID]] = [:]
  /// Letters whose message may come again, because its acknowledgement may not have reached the broker: the earliest
  /// first.
  package var deadLetters: [DeadLetterKey: [ULID]] = [:]
  /// Fingerprints of messages that are parked, in this store's queue.
  package var parked: Set<[UInt8]> = []
  /// Replays that are under way, without an outcome yet, with the command that the letter is about. A reference that is
  /// not here is made up, or comes again.
  package var replays: [ReplayReference: InboxKey] = [:]

  package init() {}
}
