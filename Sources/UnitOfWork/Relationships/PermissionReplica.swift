package import WorkspaceApplication

/// Port: another service that keeps relationships, and says what follows from them.
package protocol PermissionReplica: Sendable {
  /// Whether users may. Bounded in time.
  ///
  /// - Parameters:
  ///   - questions: any number; the service may be called several times.
  ///   - token: a moment that the answers include, in the service's format; nil: they include everything.
  /// - Returns: the answers. A question that is beyond the service's means has none.
  func answers(
    to questions: Set<AccessQuestion>, asFreshAs token: String?
  ) async throws(ReplicaError) -> [AccessQuestion: Bool]

  /// Returns if it answers, takes the key, and has the rules that are needed. Bounded in time.
  func requireReady() async throws(ReplicaError)
}
