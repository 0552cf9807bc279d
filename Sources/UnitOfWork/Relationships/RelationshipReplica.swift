/// Port: another service that stores relationships.
package protocol RelationshipReplica: Sendable {
  /// Makes all changes or none, atomically. Idempotent. Bounded in time.
  ///
  /// - Parameter changes: 1 to ``RelationshipCommit/largestPart``, each relationship once.
  /// - Returns: a token of the state after the changes, in the service's format; not empty.
  /// - Throws: ``ReplicaError``. If the outcome is unknown, the changes may have been made: they must be repeated
  ///   before other changes of the same relationships.
  func write(_ changes: [RelationshipChange]) async throws(ReplicaError) -> String
}

/// Why a request to a replica failed.
package struct ReplicaError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of failure, by what to do about it.
  package enum Kind: String, Sendable, CaseIterable {
    /// The replica is unavailable or overloaded: all requests have to wait.
    case unavailable
    /// The replica's key or schema is wrong: all requests have to wait for an operator.
    case misconfigured
    /// The replica does not accept this request, but may accept others.
    case refused
  }

  package let kind: Kind
  /// For people. No payload, no secret.
  package let description: String
  /// Whether a write that failed may still take effect within moments.
  package let leavesOutcomeOpen: Bool

  package init(_ kind: Kind, _ description: String, leavesOutcomeOpen: Bool = false) {
    self.kind = kind
    self.description = description
    self.leavesOutcomeOpen = leavesOutcomeOpen
  }
}
