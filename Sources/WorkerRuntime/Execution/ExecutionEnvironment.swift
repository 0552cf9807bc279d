package import WorkspaceApplication

/// What carrying out commands needs besides the commands and the data.
package struct ExecutionEnvironment: Sendable {
  package let clock: any WallClock
  package let identifiers: any IdentifierGenerator
  /// The name of a root that is created without one.
  package let defaultRootName: String
  package let messages: OutboundMessages

  package init(
    clock: any WallClock, identifiers: any IdentifierGenerator, defaultRootName: String, messages: OutboundMessages
  ) {
    self.clock = clock
    self.identifiers = identifiers
    self.defaultRootName = defaultRootName
    self.messages = messages
  }
}
