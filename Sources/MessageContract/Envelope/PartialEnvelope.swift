package import WorkspaceApplication
package import WorkspaceDomain

/// The attributes of a message that are valid, each for itself.
package struct PartialEnvelope: Sendable, Equatable {
  package var id: String?
  package var source: String?
  package var type: String?
  package var tenantID: TenantID?
  package var userID: String?
  package var trace: TraceContext?

  package init() {}

  /// What makes the command the same command; nil where that could not be read.
  package var key: CommandKey? {
    guard let tenantID, let source, let id else { return nil }
    return CommandKey(tenantID: tenantID, source: source, id: id)
  }

  /// All of a command's.
  package init(_ command: DecodedCommand) { self.init(command.type, command.context) }

  /// All of a command's or a query's.
  package init(_ type: CommandType, _ context: CommandContext) {
    id = context.key.id
    source = context.key.source
    self.type = type.rawValue
    tenantID = context.tenantID
    userID = context.userID
    trace = context.trace
  }
}
