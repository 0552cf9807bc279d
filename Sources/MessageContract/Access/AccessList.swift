package import WorkspaceDomain

/// Who may send what. Whatever no rule permits is forbidden.
package struct AccessList: Sendable, Equatable {
  /// What senders of one kind may send. All patterns are globs.
  package struct Rule: Sendable, Equatable {
    /// Of the AMQP property `user_id`, which the broker has checked to be the user of the connection
    /// (https://www.rabbitmq.com/docs/validated-user-id).
    package let user: Glob
    /// Of the property `app_id`, which senders choose themselves; nil: any or none.
    package let app: Glob?
    /// Of the command's type.
    package let types: [Glob]
    /// Of the tenant's id.
    package let tenants: [Glob]

    package init(user: Glob, app: Glob? = nil, types: [Glob], tenants: [Glob]) {
      self.user = user
      self.app = app
      self.types = types
      self.tenants = tenants
    }
  }

  private let rules: [Rule]

  package init(_ rules: [Rule]) { self.rules = rules }

  /// - Parameter user: nil is permitted nothing: nobody has checked who it is.
  package func permits(user: String?, app: String?, type: CommandType, tenantID: TenantID) -> Bool {
    guard let user else { return false }
    let tenant = tenantID.description
    return rules.contains { rule in
      rule.user.matches(user) && (rule.app.map { $0.matches(app ?? "") } ?? true)
        && rule.types.contains { $0.matches(type.rawValue) } && rule.tenants.contains { $0.matches(tenant) }
    }
  }
}
