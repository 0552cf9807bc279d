package import WorkspaceApplication

/// A valid query, as it was read from a message.
package struct DecodedQuery: Sendable {
  package let type: CommandType
  package let context: CommandContext
  package let query: any WorkspaceQuery
  /// The sequence of its tenant that the answer shows at least; nil: whatever there is.
  package let minimumSequence: Int64?

  package init(type: CommandType, context: CommandContext, query: any WorkspaceQuery, minimumSequence: Int64?) {
    self.type = type
    self.context = context
    self.query = query
    self.minimumSequence = minimumSequence
  }
}
