/// A tenant's state after its commands, and the rules that lead to it: workspaces, groups and roles. Written from the
/// documents alone; it shares no code with the worker, so that each can be checked against the other.
///
/// It knows one tenant, names as they are after trimming, and the default settings for permissions: they are enforced,
/// and the root is open to members.
package struct TenantModel: Sendable {
  package let tenant: String
  /// What `limits.tree_depth` permits.
  let levels: Int
  /// By id.
  package internal(set) var workspaces: [String: Workspace] = [:]
  /// By id.
  package internal(set) var groups: [String: Group] = [:]
  /// `admin`, `editor` or `member`.
  package internal(set) var roles: [Role: String] = [:]
  /// Nil while the tenant does not exist.
  package internal(set) var root: String?
  /// The workspaces directly below one.
  var children: [String: Set<String>] = [:]
  var workspaceNames: Set<String> = []

  /// - Parameter levels: what `limits.tree_depth` permits. Default: its own default.
  package init(tenant: String, levels: Int = 32) {
    self.tenant = tenant
    self.levels = levels
  }

  package struct Workspace: Sendable, Equatable {
    package let tenant: String
    package let id: String
    package var name: String
    /// Nil for the root.
    package var parent: String?
    package var version: Int64

    package init(tenant: String, id: String, name: String, parent: String?, version: Int64 = 1) {
      self.tenant = tenant
      self.id = id
      self.name = name
      self.parent = parent
      self.version = version
    }
  }

  package struct Group: Sendable, Equatable {
    package let tenant: String
    package let id: String
    package var name: String
    package var version: Int64

    package init(tenant: String, id: String, name: String, version: Int64 = 1) {
      self.tenant = tenant
      self.id = id
      self.name = name
      self.version = version
    }
  }

  /// Decides about a command, and executes it unless a rule is violated.
  ///
  /// - Parameter user: nil for a system's own command.
  /// - Returns: its result, and the content of its events, in order.
  package mutating func decide(_ request: Request, by user: String?) -> (decision: Decision, changes: [Change]) {
    if let code = rejection(of: request, by: user) { return (.rejected(code), []) }
    let changes = carryOut(request, by: user)
    return (.succeeded(answer(to: request, by: user)), changes)
  }

  /// A workspace and those above it, up to the root.
  func path(from workspace: String) -> [String] {
    Array(sequence(first: workspace) { workspaces[$0]?.parent })
  }

  /// The root's is 1.
  package func depth(of workspace: String) -> Int { path(from: workspace).count }

  /// The levels from a workspace down to the lowest below it, its own included.
  func height(of workspace: String) -> Int {
    1 + (children[workspace, default: []].map(height).max() ?? 0)
  }
}
