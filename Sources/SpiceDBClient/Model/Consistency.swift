/// A moment in SpiceDB's history, as an answer named it. Opaque; it holds for the datastore that made it.
package struct ZedToken: Sendable, Hashable {
  package let token: String

  package init(_ token: String) { self.token = token }
}

/// Where a page ended: the next one goes on behind it, at the same moment as the page. Opaque, and gone with that moment's
/// data (SpiceDB's `--datastore-gc-window`, 24 hours).
package struct SpiceDBCursor: Sendable, Hashable {
  package let token: String

  package init(_ token: String) { self.token = token }
}

/// How old an answer may be: https://authzed.com/docs/spicedb/concepts/consistency
package enum SpiceDBConsistency: Sendable, Hashable {
  /// Several seconds (SpiceDB's `--datastore-revision-quantization-interval`, 5 s, and a tenth of it).
  case minimizeLatency
  /// Not older than what the token names: what was written with it, and before, counts.
  case atLeastAsFresh(ZedToken)
  /// Exactly as things were then.
  case atExactly(ZedToken)
  /// As things are.
  case full
}

/// Some of the relationships that a filter means, and how to go on.
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
  /// Whether each holds; or why that can't be told, such as a permission that the schema lacks.
  package let answers: [Result<Bool, SpiceDBError>]
  package let checkedAt: ZedToken
}

/// What a deletion by filter has done.
package struct RelationshipDeletion: Sendable, Equatable {
  package let deletedAt: ZedToken
  /// False when there may be more than the limit: call again.
  package let isComplete: Bool
}
