/// Commands of several tenants, each of which builds chains of workspaces without waiting for results. A child follows
/// its parent, so all commands succeed only in the right order.
package struct CommandStream: Sendable {
  package let tenants: [String]
  /// The commands of all tenants, which take turns.
  package let commands: [Command]

  /// - Parameters:
  ///   - count: the number of commands of all tenants together.
  ///   - depth: the length of a chain of workspaces below the root.
  package init(tenants: Int, count: Int, depth: Int = 8) {
    self.tenants = (0..<tenants).map { _ in Command.newID() }
    let roots = self.tenants.map { _ in Command.newID() }
    var tips = roots
    commands = (0..<count).map { [tenantIDs = self.tenants] index in
      let tenant = index % tenants
      guard index >= tenants else { return .createRoot(tenantIDs[tenant], id: roots[tenant]) }
      let parent = (index / tenants - 1).isMultiple(of: depth) ? roots[tenant] : tips[tenant]
      tips[tenant] = Command.newID()
      return .create(tenantIDs[tenant], "workspace \(index)", below: parent, id: tips[tenant])
    }
  }

  /// The ids of a tenant's commands, in order.
  package func ids(of tenant: String) -> [String] {
    commands.enumerated().filter { tenants[$0.offset % tenants.count] == tenant }.map(\.element.id)
  }
}
