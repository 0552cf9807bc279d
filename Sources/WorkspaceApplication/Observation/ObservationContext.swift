package import WorkspaceDomain

/// What every observation of one command has in common. Immutable: bound to a probe, it outlives the command.
package struct ObservationContext: Sendable, Equatable {
  package let commandID: String
  package let commandSource: String
  package let tenantID: TenantID
  package let userID: String?
  package let traceparent: String?
  /// Whatever else should stand beside each observation. A key that an observation has itself gives way to it.
  package let extras: [String: String]

  package init(_ context: CommandContext, extras: [String: String] = [:]) {
    commandID = context.key.id
    commandSource = context.key.source
    tenantID = context.tenantID
    userID = context.userID
    traceparent = context.trace?.traceparent
    self.extras = extras
  }
}
