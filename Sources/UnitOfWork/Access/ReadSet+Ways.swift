import WorkspaceApplication
import WorkspaceDomain

extension ReadSet {
  /// A batch with more ways is run in parts: a command asks about two workspaces at most, but each user may meet each
  /// of the workspaces that others move something to.
  private static let wayLimit = 2048

  /// Whether so much would have to be read to decide what users may do that the commands should not be run together.
  package var isTooWide: Bool {
    guard tree.moves > 0 || !tree.arrivals.isEmpty else { return false }
    return ways(limit: Self.wayLimit).count > Self.wayLimit
  }

  /// The ways whose roles decide the questions, whatever the commands change before each is asked. Stops above `limit`.
  package func ways(limit: Int = .max) -> Set<UserWay> {
    var ways: Set<UserWay> = []
    var users: [TenantID: Set<UserID>] = [:]
    for question in access.questions {
      users[question.tenantID, default: []].insert(question.userID)
      guard case .workspace(let id) = question.resource else { continue }
      ways.insert(UserWay(user: TenantUser(tenantID: question.tenantID, userID: question.userID), workspaceID: id))
    }
    // A workspace may end up below any other that something is moved to.
    for target in tree.targets {
      for userID in users[target.tenantID] ?? [] where ways.count <= limit {
        ways.insert(UserWay(user: TenantUser(tenantID: target.tenantID, userID: userID), workspaceID: target.id))
      }
    }
    // The path up from a workspace that does not exist yet begins with each parent it may be created below.
    var arriving = tree.arrivals.isEmpty ? [] : Array(ways)
    while ways.count <= limit, let way = arriving.popLast() {
      for id in tree.arrivals[TenantWorkspace(tenantID: way.user.tenantID, id: way.workspaceID)] ?? [] {
        let next = UserWay(user: way.user, workspaceID: id)
        if ways.insert(next).inserted { arriving.append(next) }
      }
    }
    return ways
  }
}
