/// Port: another service that keeps relationships.
package protocol RelationshipReplica: Sendable {
  /// Makes all changes at one moment, or none. May be repeated. Bounded in time.
  ///
  /// - Parameter changes: 1 to ``RelationshipCommit/largestPart``, each relationship once.
  /// - Returns: the moment after them, as the service names it: not empty.
  /// - Throws: where the outcome is unknown they may have been made: the same ones have to be made again before others of the
  ///   same relationships.
  func write(_ changes: [RelationshipChange]) async throws(ReplicaError) -> String
}

/// Why a replica did not do what it was asked for.
package struct ReplicaError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What to do about it.
  package enum Kind: String, Sendable, CaseIterable {
    /// It is away, or overloaded: whatever is asked of it has to wait.
    case unavailable
    /// Its key or its schema is wrong: whatever is asked of it has to wait for an operator.
    case misconfigured
    /// It does not take this request: others it may.
    case refused
  }

  package let kind: Kind
  /// For people. No payload, no secret.
  package let description: String

  package init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
