package import WorkspaceApplication

/// A valid query, as read from a message.
package struct DecodedQuery: Sendable {
  package let type: CommandType
  package let context: CommandContext
  package let query: any WorkspaceQuery
  /// The lowest sequence of its tenant that the answer may show; nil: any.
  package let minimumSequence: Int64?

  package init(type: CommandType, context: CommandContext, query: any WorkspaceQuery, minimumSequence: Int64?) {
    self.type = type
    self.context = context
    self.query = query
    self.minimumSequence = minimumSequence
  }
}
