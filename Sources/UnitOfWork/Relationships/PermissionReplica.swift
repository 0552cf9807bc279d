package import WorkspaceApplication

/// Port: another service that keeps relationships, and decides permissions by them.
package protocol PermissionReplica: Sendable {
  /// Decides whether users have permissions. Bounded in time.
  ///
  /// - Parameters:
  ///   - questions: any number; the service may be called several times.
  ///   - token: the moment, in the service's format, that the answers must be at least as fresh as; nil: they include
  ///     everything.
  /// - Returns: the answers. A question that the service can't decide has none.
  func answers(
    to questions: Set<AccessQuestion>, asFreshAs token: String?
  ) async throws(ReplicaError) -> [AccessQuestion: Bool]

  /// Returns if the service answers, accepts the key, and has the rules that are needed. Bounded in time.
  func requireReady() async throws(ReplicaError)
}
