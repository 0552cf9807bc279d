/// A moment in SpiceDB's history, as returned in an answer. Opaque; valid only for the datastore that issued it.
package struct ZedToken: Sendable, Hashable {
  package let token: String

  package init(_ token: String) { self.token = token }
}

/// Where a page ended: the next one continues there, with the state of the same moment. Opaque; expires with the data
/// of that moment (SpiceDB's `--datastore-gc-window`, 24 hours).
package struct SpiceDBCursor: Sendable, Hashable {
  package let token: String

  package init(_ token: String) { self.token = token }
}

/// How old an answer may be: https://authzed.com/docs/spicedb/concepts/consistency
package enum SpiceDBConsistency: Sendable, Hashable {
  /// Up to several seconds old (SpiceDB's `--datastore-revision-quantization-interval`, 5 s, plus a tenth of it).
  case minimizeLatency
  /// At least as new as the token: includes the write that returned it, and everything before that.
  case atLeastAsFresh(ZedToken)
  /// The exact state at the moment of the token.
  case atExactly(ZedToken)
  /// The current state.
  case full
}

/// Some of the relationships that match a filter, and how to continue.
package struct RelationshipPage: Sendable, Equatable {
  package let relationships: [SpiceDBRelationship]
  /// nil when there are no more.
  package let next: SpiceDBCursor?

  package init(relationships: [SpiceDBRelationship], next: SpiceDBCursor?) {
    self.relationships = relationships
    self.next = next
  }
}

/// Some of the objects on which a subject has a permission, and how to continue. The same id may occur on two pages.
package struct ResourcePage: Sendable, Equatable {
  package let ids: [String]
  /// nil when there are no more.
  package let next: SpiceDBCursor?
}

/// Answers to several checks, in their order, all for the same moment.
package struct CheckAnswers: Sendable {
  /// For each check, whether the permission holds, or why that is unknown, such as a permission missing in the schema.
  package let answers: [Result<Bool, SpiceDBError>]
  package let checkedAt: ZedToken
}

/// The result of a deletion by filter.
package struct RelationshipDeletion: Sendable, Equatable {
  package let deletedAt: ZedToken
  /// False if the limit was reached and more relationships may match: call again.
  package let isComplete: Bool
}
