import TestFixtures
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// A command and the tenant that it is of.
struct TenantCommand: Sendable {
  let tenant: UInt64
  let command: WorkspaceCommand

  init(_ tenant: UInt64, _ command: WorkspaceCommand) {
    self.tenant = tenant
    self.command = command
  }
}

typealias Outcome = Result<WorkspaceReply, WorkspaceServiceError>

/// Runs commands as units of work on a store in memory.
struct MemoryBatch {
  let store: InMemoryUnitOfWorkStore
  let identifiers: any IdentifierGenerator

  init(store: InMemoryUnitOfWorkStore = InMemoryUnitOfWorkStore(), identifiers: any IdentifierGenerator = CountingIdentifiers(after: 1 << 40)) {
    self.store = store
    self.identifiers = identifiers
  }

  /// The outcomes of `commands` as one batch, which is committed, and its events.
  func run(_ commands: [TenantCommand]) async throws(UnitOfWorkError) -> (outcomes: [Outcome], events: [WorkspaceEvent]) {
    let contexts = commands.map { command in
      CommandContext(key: CommandKey(source: "/test", id: "c"), tenantID: .sample(command.tenant))
    }
    let readSet = ReadSet(zip(contexts, commands).map { (context: $0, command: $1.command) }, defaultRootName: "Root")
    let snapshot = try await store.begin(readSet)
    let map = IdentityMap(readSet: readSet, snapshot: snapshot)
    var outcomes: [Outcome] = []
    var events: [WorkspaceEvent] = []
    for (context, command) in zip(contexts, commands) {
      let service = WorkspaceService(
        tenantID: context.tenantID, userID: nil, repository: map,
        probe: DeferredObservations().probe(for: ObservationContext(context)), identifiers: identifiers, now: .sample,
        defaultRootName: "Root")
      outcomes.append(Outcome { () throws(WorkspaceServiceError) in try WorkspaceCommandHandler.handle(command.command, with: service) })
      events += map.takeEvents()
    }
    var writeSet = WriteSet()
    map.addChanges(to: &writeSet)
    for tenantID in Set(events.map(\.tenantID)) where snapshot.tenants[tenantID] == nil { writeSet.newTenants[tenantID] = 1 }
    _ = try await store.commit(writeSet)
    return (outcomes.map(\.withoutEvents), events)
  }

  /// Everything that `tenants` have.
  func workspaces(of tenants: some Sequence<UInt64>) async throws -> [[Workspace]] {
    var all: [[Workspace]] = []
    for tenant in tenants {
      let readSet = ReadSet([(context: CommandContext(key: CommandKey(source: "/test", id: "l"), tenantID: .sample(tenant)), command: .list(limit: 10_000, after: nil))], defaultRootName: "")
      let snapshot = try await store.begin(readSet)
      try await store.rollback()
      all.append(snapshot.workspaces.values.sorted { $0.id < $1.id })
    }
    return all
  }
}

extension Outcome {
  /// An aggregate comes back with the events that it recorded just now, which are compared on their own.
  fileprivate var withoutEvents: Outcome {
    guard case .success(.workspace(var workspace)) = self else { return self }
    _ = workspace.takeRecordedEvents()
    return .success(.workspace(workspace))
  }

  var error: WorkspaceServiceError? {
    if case .failure(let error) = self { error } else { nil }
  }

  var workspace: Workspace? {
    if case .success(.workspace(let workspace)) = self { workspace } else { nil }
  }

  var pageIDs: [WorkspaceID]? {
    if case .success(.page(let page)) = self { page.workspaces.map(\.id) } else { nil }
  }
}
