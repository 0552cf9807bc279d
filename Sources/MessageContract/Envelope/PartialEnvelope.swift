package import WorkspaceApplication
package import WorkspaceDomain

/// The valid attributes of a message, each validated on its own.
package struct PartialEnvelope: Sendable, Equatable {
  package var id: String?
  package var source: String?
  package var type: String?
  package var tenantID: TenantID?
  package var userID: String?
  package var trace: TraceContext?
  /// The workspace that the command names; nil if its data was not read.
  package var subject: WorkspaceID?

  package init() {}

  /// The key that identifies the command; nil if part of it could not be read.
  package var key: CommandKey? {
    guard let tenantID, let source, let id else { return nil }
    return CommandKey(tenantID: tenantID, source: source, id: id)
  }

  /// All attributes of a command.
  package init(_ command: DecodedCommand) { self.init(command.type, command.context, subject: command.command.subject) }

  /// All attributes of a command or a query.
  package init(_ type: CommandType, _ context: CommandContext, subject: WorkspaceID?) {
    id = context.key.id
    source = context.key.source
    self.type = type.rawValue
    tenantID = context.tenantID
    userID = context.userID
    trace = context.trace
    self.subject = subject
  }
}
