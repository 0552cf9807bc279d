package import UnitOfWork
package import WorkspaceApplication
package import WorkspaceDomain

/// A command and its tenant.
package struct TenantCommand: Sendable {
  package let tenant: UInt64
  package let command: any WorkspaceCommand
  /// nil: the sending system's own.
  package let user: String?

  package init(_ tenant: UInt64, _ command: any WorkspaceCommand, by user: String? = nil) {
    self.tenant = tenant
    self.command = command
    self.user = user
  }
}

extension TenantCommand {
  fileprivate var context: CommandContext {
    CommandContext(key: CommandKey(tenantID: .sample(tenant), source: "/test", id: "c"), userID: user)
  }
}

package typealias CommandResult = Result<CommandReply, WorkspaceServiceError>

/// Runs commands as units of work on a store.
package struct CommandBatch {
  /// Decides the questions of a batch before its unit of work begins; nil: what that reads decides.
  package typealias Decide =
    @Sendable (Set<AccessQuestion>, any UnitOfWorkStore) async throws(UnitOfWorkError) -> GivenDecisions?

  /// Trees so flat that their depth matters.
  private let rules: WorkspaceRules
  package let store: any UnitOfWorkStore
  private let identifiers: any IdentifierGenerator
  private let replicatesRelationships: Bool
  private let decide: Decide

  package init(
    store: any UnitOfWorkStore = InMemoryUnitOfWorkStore(),
    identifiers: any IdentifierGenerator = CountingIdentifiers(after: 1 << 40), access: AccessRules = AccessRules(),
    cascadeLimit: Int = WorkspaceRules().cascadeLimit, replicatesRelationships: Bool = false,
    decide: @escaping Decide = { _, _ in nil }
  ) {
    var rules = WorkspaceRules(defaultRootName: "Root", treeDepth: 4, access: access)
    rules.cascadeLimit = cascadeLimit
    self.rules = rules
    self.store = store
    self.identifiers = identifiers
    self.replicatesRelationships = replicatesRelationships
    self.decide = decide
  }

  /// The outcomes of `commands` as one batch, which is committed, and its events.
  package func run(_ commands: [TenantCommand]) async throws(UnitOfWorkError) -> (
    outcomes: [CommandResult], events: [DomainEvent]
  ) {
    let readSet = readSet(of: commands)
    let decisions = try await decide(readSet.access.questions, store)
    let snapshot = try await store.begin(readSet)
    let work = WorkingSet(readSet: readSet, snapshot: snapshot, rules: rules.access, decisions: decisions)
    let (outcomes, events) = execute(commands, on: work)
    // The caller splits such a batch.
    let isUnfinished = outcomes.contains { $0.error == .unfinished }
    if outcomes.contains(where: { $0.isUndecided }) || isUnfinished && commands.count > 1 {
      try await store.rollback()
      throw .failed(reason: "undecided")
    }
    var writeSet = WriteSet()
    work.addChanges(to: &writeSet)
    if replicatesRelationships { work.addRelationships(to: &writeSet) }
    for tenantID in Set(events.map(\.tenantID)) where snapshot.tenants[tenantID] == nil {
      writeSet.newTenants[tenantID] = 1
    }
    _ = try await store.commit(writeSet)
    if isUnfinished {
      let rest = try await run(commands)
      return (rest.outcomes, events + rest.events)
    }
    return (outcomes.map(\.withoutEvents), events)
  }

  /// What `commands` could need to know as one batch.
  package func readSet(of commands: [TenantCommand]) -> ReadSet {
    ReadSet(commands.map { (context: $0.context, command: $0.command) }, rules: rules)
  }

  private func execute(
    _ commands: [TenantCommand], on work: WorkingSet
  ) -> (outcomes: [CommandResult], events: [DomainEvent]) {
    var outcomes: [CommandResult] = []
    var events: [DomainEvent] = []
    for command in commands {
      outcomes.append(
        CommandResult { () throws(WorkspaceServiceError) in
          let scope = try CommandScope(
            context: command.context, repositories: work.repositories, probe: DeferredObservations(),
            identifiers: identifiers, now: .sample, rules: rules)
          return try command.command.run(in: scope)
        })
      events += work.events.take()
    }
    return (outcomes, events)
  }

  /// The processor time of `commands` as one batch, apart from the store, which rolls it back; nil if one of them fails.
  package func processorTime(of commands: [TenantCommand]) async throws -> Duration? {
    let readSet = readSet(of: commands)
    let snapshot = try await store.begin(readSet)
    // Without suspension, so on one thread.
    let start = ThreadTime.now()
    let work = WorkingSet(readSet: readSet, snapshot: snapshot, rules: rules.access)
    let outcomes = execute(commands, on: work).outcomes
    var writeSet = WriteSet()
    work.addChanges(to: &writeSet)
    let time = ThreadTime.now() - start
    try await store.rollback()
    return outcomes.allSatisfy { $0.error == nil } ? time : nil
  }

  /// The same of `commands` as batches of one each.
  package func runSingly(
    _ commands: [TenantCommand]
  ) async throws(UnitOfWorkError) -> (outcomes: [CommandResult], events: [DomainEvent]) {
    var all: (outcomes: [CommandResult], events: [DomainEvent]) = ([], [])
    for command in commands {
      let result = try await run([command])
      all.outcomes += result.outcomes
      all.events += result.events
    }
    return all
  }

  /// As the worker does if a batch leaves an answer open: halves decide it.
  package func runSplit(
    _ commands: [TenantCommand], halved: inout Int
  ) async throws -> (outcomes: [CommandResult], events: [DomainEvent]) {
    do {
      return try await run(commands)
    } catch {
      guard error.isOfTheBatch, commands.count > 1 else { throw error }
      halved += 1
      let middle = commands.count / 2
      let first = try await runSplit(Array(commands[..<middle]), halved: &halved)
      let second = try await runSplit(Array(commands[middle...]), halved: &halved)
      return (first.outcomes + second.outcomes, first.events + second.events)
    }
  }

  /// All roles of tenants.
  package func roles(of tenants: some Sequence<UInt64>) async throws -> [RoleKey: Role] {
    var readSet = ReadSet()
    readSet.access.deletedTenants = Set(tenants.map { .sample($0) })
    readSet.tenants = readSet.access.deletedTenants
    let snapshot = try await store.begin(readSet)
    try await store.rollback()
    return snapshot.roles
  }

  /// Everything of `tenants`.
  package func workspaces(of tenants: some Sequence<UInt64>) async throws -> [[Workspace]] {
    var all: [[Workspace]] = []
    for tenant in tenants {
      let readSet = ReadSet(
        [
          (
            context: CommandContext(key: CommandKey(tenantID: .sample(tenant), source: "/test", id: "l")),
            command: .list(limit: 10_000, after: nil)
          )
        ], rules: rules)
      let snapshot = try await store.begin(readSet)
      try await store.rollback()
      all.append(snapshot.workspaces.values.sorted { $0.id < $1.id })
    }
    return all
  }
}

extension CommandResult {
  /// An aggregate is returned with its newly recorded events, which are compared separately.
  fileprivate var withoutEvents: CommandResult {
    switch self {
    case .success(.workspace(var workspace)):
      _ = workspace.takeRecordedEvents()
      return .success(.workspace(workspace))
    case .success(.group(var group)):
      _ = group.takeRecordedEvents()
      return .success(.group(group))
    default: return self
    }
  }

  fileprivate var isUndecided: Bool {
    if case .failure(.repositoryFailed(.undecided(_))) = self { true } else { false }
  }

  package var error: WorkspaceServiceError? {
    if case .failure(let error) = self { error } else { nil }
  }

  package var workspace: Workspace? {
    if case .success(.workspace(let workspace)) = self { workspace } else { nil }
  }

  package var pageIDs: [WorkspaceID]? {
    if case .success(.page(let page)) = self { page.workspaces.map(\.id) } else { nil }
  }
}

extension UnitOfWorkError {
  /// Whether the halves of the batch may not have it.
  fileprivate var isOfTheBatch: Bool {
    switch self {
    case .failed, .conflict: true
    default: false
    }
  }
}
