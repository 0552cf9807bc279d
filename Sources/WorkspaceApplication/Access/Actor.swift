package import WorkspaceDomain

/// On whose behalf a command is executed, and in which tenant.
package struct Actor: Sendable, Equatable {
  package let tenantID: TenantID
  /// nil if the sending system itself acts.
  package let userID: UserID?
  /// Whether permissions apply to the actor: only to a user, and only if permissions are enforced.
  package let isChecked: Bool

  package init(tenantID: TenantID, userID: UserID?, rules: AccessRules) {
    self.tenantID = tenantID
    self.userID = userID
    isChecked = rules.isEnforced && userID != nil
  }

  /// The user whose view limits what lists show; nil: everything is shown.
  package var viewer: UserID? { isChecked ? userID : nil }

  package init(_ context: CommandContext, rules: AccessRules) {
    self.init(tenantID: context.tenantID, userID: context.userID.map(UserID.init(stored:)), rules: rules)
  }
}

/// Operator settings for who may do what.
package struct AccessRules: Sendable, Equatable {
  /// Who may create a tenant.
  package enum TenantCreation: String, Sendable, CaseIterable {
    case users, system
  }

  /// Whether permissions are enforced; if not, nothing is denied. Default: true.
  package var isEnforced: Bool
  /// Whether commands without a user are rejected, if permissions are enforced. Default: false.
  package var requiresUser: Bool
  /// Whether every member of the tenant may create workspaces below the root. Default: true.
  package var opensRoot: Bool
  /// Default: users.
  package var tenantCreation: TenantCreation

  package init(
    isEnforced: Bool = true, requiresUser: Bool = false, opensRoot: Bool = true, tenantCreation: TenantCreation = .users
  ) {
    self.isEnforced = isEnforced
    self.requiresUser = requiresUser
    self.opensRoot = opensRoot
    self.tenantCreation = tenantCreation
  }
}
