package import WorkspaceDomain

/// Who may send what. Anything not permitted by a rule is forbidden.
package struct AccessList: Sendable, Equatable {
  /// What senders of one kind may send. All patterns are globs.
  package struct Rule: Sendable, Equatable {
    /// For the AMQP property `user_id`, which the broker has checked to be the user of the connection
    /// (https://www.rabbitmq.com/docs/validated-user-id).
    package let user: Glob
    /// For the property `app_id`, which senders choose themselves; nil: any or none.
    package let app: Glob?
    /// For the command's type.
    package let types: [Glob]
    /// For the tenant's id.
    package let tenants: [Glob]
    /// Whether senders may send commands that name no user, which are not checked any further. Default: true.
    package let mayActAsSystem: Bool
    /// Whether senders may send commands on behalf of users. Default: true.
    package let mayActForUsers: Bool

    package init(
      user: Glob, app: Glob? = nil, types: [Glob], tenants: [Glob], mayActAsSystem: Bool = true,
      mayActForUsers: Bool = true
    ) {
      self.mayActAsSystem = mayActAsSystem
      self.mayActForUsers = mayActForUsers
      self.user = user
      self.app = app
      self.types = types
      self.tenants = tenants
    }
  }

  private let rules: [Rule]

  package init(_ rules: [Rule]) { self.rules = rules }

  /// - Parameters:
  ///   - user: the broker's user; nil is permitted nothing, since the sender is unverified.
  ///   - actsForUser: whether the command names a user.
  package func permits(
    user: String?, app: String?, type: CommandType, tenantID: TenantID, actsForUser: Bool
  ) -> Bool {
    guard let user else { return false }
    let tenant = tenantID.description
    return rules.contains { rule in
      rule.user.matches(user) && (rule.app.map { $0.matches(app ?? "") } ?? true)
        && rule.types.contains { $0.matches(type.rawValue) } && rule.tenants.contains { $0.matches(tenant) }
        && (actsForUser ? rule.mayActForUsers : rule.mayActAsSystem)
    }
  }
}
