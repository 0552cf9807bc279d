/// A moment in SpiceDB's history, as returned in an answer. Opaque; valid for the datastore that made it.
package struct ZedToken: Sendable, Hashable {
  package let token: String

  package init(_ token: String) { self.token = token }
}

/// Where a page ended: the next one continues from there, at the same moment. Opaque, and expires with that moment's
/// data (SpiceDB's `--datastore-gc-window`, 24 hours).
package struct SpiceDBCursor: Sendable, Hashable {
  package let token: String

  package init(_ token: String) { self.token = token }
}

/// How old an answer may be: https://authzed.com/docs/spicedb/concepts/consistency
package enum SpiceDBConsistency: Sendable, Hashable {
  /// Several seconds (SpiceDB's `--datastore-revision-quantization-interval`, 5 s, and a tenth of it).
  case minimizeLatency
  /// At least as new as the token: includes the write that returned it, and everything before.
  case atLeastAsFresh(ZedToken)
  /// The exact state at that moment.
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

/// Some of the objects on which a subject has a permission, and how to go on. The same id may come in two pages.
package struct ResourcePage: Sendable, Equatable {
  package let ids: [String]
  /// nil when there are no more.
  package let next: SpiceDBCursor?
}

/// Answers to several questions, in their order, all of one moment.
package struct CheckAnswers: Sendable {
  /// Whether each holds; or why that is unknown, such as a permission missing in the schema.
  package let answers: [Result<Bool, SpiceDBError>]
  package let checkedAt: ZedToken
}

/// The result of a deletion by filter.
package struct RelationshipDeletion: Sendable, Equatable {
  package let deletedAt: ZedToken
  /// False if there may be more than the limit: call again.
  package let isComplete: Bool
}
