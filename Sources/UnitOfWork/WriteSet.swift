package import Messaging
package import WorkspaceApplication
package import WorkspaceDomain

/// Everything that a batch changes, as net effects: written and committed in one round trip.
package struct WriteSet: Sendable, Equatable {
  /// New tenants, with the sequence number of their last event.
  package var newTenants: [TenantID: Int64] = [:]
  /// The sequence number of the last event of existing tenants.
  package var sequences: [TenantID: Int64] = [:]
  package var inbox: [InboxEntry] = []
  /// Entries that replace an existing entry with the same key, which is a failure (``InboxEntry/isFailure``).
  package var replacedInbox: [InboxEntry] = []
  /// Workspaces to delete, with the version that was read.
  package var deleted: [Versioned<WorkspaceID>] = []
  /// Changed workspaces, with the version that was read.
  package var updated: [Updated<Workspace>] = []
  package var inserted: [Workspace] = []
  /// Groups to delete, with the version that was read.
  package var deletedGroups: [Versioned<GroupID>] = []
  /// Changed groups, with the version that was read.
  package var updatedGroups: [Updated<Group>] = []
  package var insertedGroups: [Group] = []
  /// Roles to remove.
  package var removedRoles: [RoleKey] = []
  /// Roles to set, whether or not the member already has one.
  package var setRoles: [RoleChange] = []
  /// Changes of relationships, for replication to another service; empty if there is no such service.
  package var relationships: [RelationshipCommit] = []
  package var deadLetters: [DeadLetter] = []
  /// Letters whose messages won't be redelivered, because the broker has processed the acknowledgement.
  package var acknowledgedLetters: [ULID] = []
  /// Commands to park, in order: each goes to the end of its tenant's line.
  package var parked: [ParkedCommand] = []
  package var line: ParkedLineChange?
  /// Messages that had killed processes, and are settled now.
  package var survived: [FatalMessages.BodyHash] = []
  /// The outcomes of replayed dead letters, one for each.
  package private(set) var replayOutcomes: [ReplayOutcome] = []
  /// Results, events and announcements: entries of the outbox, in the order in which they must be published.
  package var outbox: [OutgoingMessages] = []
  /// Replies: in separate outbox entries, since they are sent separately.
  package var replies: [OutgoingMessages] = []
  /// Outbox entries that the broker has confirmed: removed in this transaction.
  package var confirmed: [OutboxID] = []

  package init() {}

  /// Records the outcome of a replayed dead letter. If it holds several commands, its outcome is that of the first one
  /// that is a dead letter again, if there is one, else that of the first.
  package mutating func note(_ outcome: ReplayOutcome) {
    guard let index = replayOutcomes.firstIndex(where: { $0.reference == outcome.reference }) else {
      return replayOutcomes.append(outcome)
    }
    if outcome.outranks, replayOutcomes[index].outcome.kind != .deadLettered { replayOutcomes[index] = outcome }
  }

  /// All new entries of the outbox, in their order there.
  package var outgoing: [OutgoingMessages] { outbox + replies }

  /// Adds a message to the end of the outbox; a reply to the end of the replies.
  package mutating func send(_ message: AMQPMessage) {
    if message.isReply { replies.append(message) } else { outbox.append(message) }
  }

  package struct Versioned<ID: Sendable & Equatable>: Sendable, Equatable {
    package let id: ID
    package let version: Int64

    package init(id: ID, version: Int64) {
      self.id = id
      self.version = version
    }
  }

  package struct Updated<Aggregate: Sendable & Equatable>: Sendable, Equatable {
    package let aggregate: Aggregate
    package let readVersion: Int64

    package init(_ aggregate: Aggregate, readVersion: Int64) {
      self.aggregate = aggregate
      self.readVersion = readVersion
    }
  }

  package struct RoleChange: Sendable, Equatable {
    package let key: RoleKey
    package let role: Role

    package init(key: RoleKey, role: Role) {
      self.key = key
      self.role = role
    }
  }
}

extension [OutgoingMessages] {
  /// Adds a message to the last entry, or to a new one if that is full.
  fileprivate mutating func append(_ message: AMQPMessage) {
    if last?.isFull ?? true { append(OutgoingMessages()) }
    self[count - 1].append(message)
  }
}
