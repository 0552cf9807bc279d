package import WorkspaceApplication
package import WorkspaceDomain

/// All that the commands of a batch could need to know, read in one round trip before the first of them runs.
package struct ReadSet: Sendable, Equatable {
  package var inbox: Set<InboxQuestion> = []
  /// Tenants whose rows are locked until the end of the transaction: one writer at a time per tenant, so that its
  /// events are numbered without gaps and its workspaces don't change underneath the batch.
  package var tenants: Set<TenantID> = []
  /// False: the rows of tenants are only read, without waiting for any other transaction. For read-only work.
  package var locksTenants = true
  package var tree = TreeReads()
  package var access = AccessReads()
  /// Redelivered messages that may already be in the ledger of dead letters.
  package var deadLetters: Set<DeadLetterKey> = []
  /// Fingerprints of messages that may already be parked.
  package var parked: Set<[UInt8]> = []
  /// Commands that may already be parked, in lines that may have no room for a copy.
  package var waiting: Set<InboxKey> = []
  /// References in messages that operators have sent again.
  package var replays: Set<ReplayReference> = []

  package init() {}

  /// What `commands`, run in order as one batch, could need to know.
  package init(
    _ commands: some Collection<(context: CommandContext, command: any WorkspaceCommand)>, rules: WorkspaceRules
  ) {
    var reads = CommandReads()
    reads.access.cascadeLimit = rules.cascadeLimit
    for (context, command) in commands {
      tenants.insert(context.tenantID)
      command.ask(&reads, as: Actor(context, rules: rules.access), rules: rules)
    }
    reads.tree.lengthenPages()
    (tree, access) = (reads.tree, reads.access)
  }
}
