package import UnitOfWork
package import WorkspaceApplication
import WorkspaceDomain

/// Answers a question by the rules that decide commands, outside of any command.
package struct AccessInquiry: Sendable {
  private let question: AccessQuestion
  private let rules: AccessRules

  package init(_ question: AccessQuestion, rules: AccessRules) {
    self.question = question
    self.rules = rules
  }

  /// The answer according to the stored data. Locks and changes nothing.
  ///
  /// - Throws: ``UnitOfWorkError``, ``WorkspaceServiceError/repositoryFailed(_:)``.
  package func explanation(from store: some UnitOfWorkStore) async throws -> AccessExplanation {
    let snapshot = try await read(readSet, from: store)
    let ground = try WorkingSet(readSet: readSet, snapshot: snapshot, rules: rules).ground(for: question)
    let path = path(snapshot)
    let objects: [Resource] =
      [.tenant(question.tenantID)] + (path.isEmpty ? [question.resource] : path.map { .workspace($0) })
    let roles = roles(snapshot, on: objects)
    return AccessExplanation(
      question: question, ground: ground, exists: exists(snapshot), path: path, roles: roles,
      names: try await names(of: Set(objects + roles.map(\.member).compactMap(\.group)), in: store))
  }

  private func read(_ readSet: ReadSet, from store: some UnitOfWorkStore) async throws -> Snapshot {
    let snapshot = try await store.begin(readSet)
    try await store.rollback()
    return snapshot
  }

  private var readSet: ReadSet {
    var reads = CommandReads()
    reads.ask(question.permission, on: question.resource, by: question.userID, of: question.tenantID)
    reads.tree.rootsOf.insert(question.tenantID)
    reads.ask(for: question.resource)
    return ReadSet(reads)
  }

  private func exists(_ snapshot: Snapshot) -> Bool {
    switch question.resource {
    case .tenant(let id): id == question.tenantID && snapshot.workspaces.values.contains { $0.tenantID == id }
    case .workspace(let id): snapshot.workspaces[id]?.tenantID == question.tenantID
    case .group(let id): snapshot.groups[id]?.tenantID == question.tenantID
    }
  }

  /// From the root down to the workspace in question; empty if the tenant has no such workspace.
  private func path(_ snapshot: Snapshot) -> [WorkspaceID] {
    guard case .workspace(let id) = question.resource, exists(snapshot) else { return [] }
    return sequence(first: id) { snapshot.parents[$0] ?? nil }.prefix(snapshot.parents.count).reversed()
  }

  /// The roles of the user and the user's groups on `objects`, in the order of `objects`.
  private func roles(_ snapshot: Snapshot, on objects: [Resource]) -> [HeldRole] {
    let user = Member.user(question.userID)
    let groups = snapshot.roles.keys.compactMap { key -> Member? in
      if case .group(let id) = key.object, key.member == user { .group(id) } else { nil }
    }
    let members = Set([user] + groups)
    let held = snapshot.roles.compactMap { key, role -> (place: Int, role: HeldRole)? in
      guard members.contains(key.member), let place = objects.firstIndex(of: key.object) else { return nil }
      return (place, HeldRole(role, of: key.member, on: key.object))
    }
    return held.sorted { ($0.place, $0.role.member) < ($1.place, $1.role.member) }.map(\.role)
  }

  private func names(of objects: Set<Resource>, in store: some UnitOfWorkStore) async throws -> [Resource: String] {
    var reads = CommandReads()
    for object in objects { reads.ask(for: object) }
    let snapshot = try await read(ReadSet(reads), from: store)
    var names: [Resource: String] = [:]
    for workspace in snapshot.workspaces.values where workspace.tenantID == question.tenantID {
      names[.workspace(workspace.id)] = workspace.name.text
    }
    for group in snapshot.groups.values where group.tenantID == question.tenantID {
      names[.group(group.id)] = group.name.text
    }
    return names
  }
}

extension ReadSet {
  /// Locks nothing.
  fileprivate init(_ reads: CommandReads) {
    self.init()
    (tree, access) = (reads.tree, reads.access)
  }
}

extension Member {
  fileprivate var group: Resource? {
    if case .group(let id) = self { .group(id) } else { nil }
  }
}
