import TestFixtures
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// A service over fictional workspaces, as one command of `tenant` sees them.
///
/// The tree of tenant 1: root 10 ("Root") with the children 11 ("a") and 12 ("b"), and 13 ("c") below 11. The tree of
/// tenant 2: root 20 ("Root") with the child 21 ("a"). Tenant 3 does not exist. Alice is an admin of both.
struct ServiceFixture {
  static let workspaces = [
    workspace(10, of: 1, "Root", below: nil), workspace(11, of: 1, "a", below: 10),
    workspace(12, of: 1, "b", below: 10), workspace(13, of: 1, "c", below: 11),
    workspace(20, of: 2, "Root", below: nil), workspace(21, of: 2, "a", below: 20),
  ]
  static let now = Timestamp.sample

  private let context: CommandContext
  private let rules: WorkspaceRules
  private let identifiers: CountingIdentifiers
  private let work: WorkingSet
  let probe = RecordingProbe()
  private let observations = DeferredObservations()

  /// - Parameters:
  ///   - tenant: whose command it is.
  ///   - commands: what the read set covers.
  init(
    tenant: UInt64 = 1, userID: String? = "alice", _ commands: [any WorkspaceCommand],
    rules: WorkspaceRules = WorkspaceRules(defaultRootName: "Main", treeDepth: 4),
    identifiers: CountingIdentifiers = CountingIdentifiers(after: 1000)
  ) {
    self.rules = rules
    self.identifiers = identifiers
    context = CommandContext(key: CommandKey(tenantID: .sample(tenant), source: "/test", id: "c"), userID: userID)
    let readSet = ReadSet(commands.map { [context] in (context: context, command: $0) }, rules: rules)
    work = WorkingSet(readSet: readSet, snapshot: Self.snapshot(readSet), rules: rules.access)
  }

  var scope: CommandScope {
    get throws(WorkspaceServiceError) {
      try CommandScope(
        context: context, repositories: work.repositories, probe: observations, identifiers: identifiers,
        now: Self.now, rules: rules)
    }
  }

  var service: WorkspaceService { get throws(WorkspaceServiceError) { WorkspaceService(try scope) } }
  var repository: any WorkspaceRepository { work.repositories.workspaces }

  func takeEvents() -> [DomainEvent] { work.events.take() }

  /// The changes of workspaces, if there are no others.
  func takeChanges() -> [WorkspaceEvent.Change] {
    takeEvents().compactMap { if case .workspace(let event) = $0 { event.change } else { nil } }
  }

  func run(_ command: any WorkspaceCommand) -> Result<CommandReply, WorkspaceServiceError> {
    Result { () throws(WorkspaceServiceError) in try command.run(in: scope) }
  }

  /// What the probe is told once the unit of work has committed.
  func commit() -> [WorkspaceObservation] {
    observations.flush(to: probe)
    return probe.observations
  }

  /// What would be written.
  var changes: WriteSet {
    var writeSet = WriteSet()
    work.addChanges(to: &writeSet)
    return writeSet
  }

  /// The same workspaces whatever the read set: extra ones do no harm.
  private static func snapshot(_ readSet: ReadSet) -> Snapshot {
    var snapshot = Snapshot()
    for workspace in workspaces {
      snapshot.workspaces[workspace.id] = workspace
      if let parentID = workspace.parentID { snapshot.childCounts[parentID, default: 0] += 1 }
      snapshot.parents.updateValue(workspace.parentID, forKey: workspace.id)
    }
    for tenant in [1, 2] as [UInt64] {
      snapshot.roles[.tenant(.sample(tenant), UserID(stored: "alice"))] = .admin
    }
    snapshot.heights = [.sample(10): 3, .sample(11): 2, .sample(20): 2]
    for page in readSet.tree.pages {
      let ids = workspaces.filter { $0.tenantID == page.tenantID }.map(\.id).sorted()
      snapshot.pages[page] = Array(ids.filter { id in page.after.map { id > $0 } ?? true }.prefix(page.limit))
    }
    return snapshot
  }

  private static func workspace(_ id: UInt64, of tenant: UInt64, _ name: String, below parent: UInt64?) -> Workspace {
    Workspace(
      id: .sample(id), tenantID: .sample(tenant), name: WorkspaceName(stored: name),
      parentID: parent.map { .sample($0) },
      createdAt: Timestamp(milliseconds: 1), updatedAt: Timestamp(milliseconds: 2), version: 3)
  }
}

extension WorkspaceObservation {
  /// Whether it reports what a user was permitted, rather than what happened.
  var isDecision: Bool {
    switch self {
    case .permissionGranted, .permissionDenied: true
    default: false
    }
  }
}
