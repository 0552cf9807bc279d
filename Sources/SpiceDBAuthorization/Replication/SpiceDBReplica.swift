package import SpiceDBClient
package import UnitOfWork

/// SpiceDB as the target of replication.
package struct SpiceDBReplica: RelationshipReplica {
  private let spicedb: SpiceDBConnection

  package init(_ spicedb: SpiceDBConnection) { self.spicedb = spicedb }

  package func write(_ changes: [RelationshipChange]) async throws(ReplicaError) -> String {
    do throws(SpiceDBError) {
      return try await spicedb.write(changes.map { RelationshipUpdate($0) }).token
    } catch {
      throw ReplicaError(error)
    }
  }
}

extension ReplicaError {
  package init(_ error: SpiceDBError) {
    let kind: Kind =
      switch error.kind {
      case .unavailable, .busy, .deadlineExceeded, .unexpected, .malformedAnswer, .cancelled: .unavailable
      case .unauthenticated, .unreadableToken, .schema: .misconfigured
      case .preconditionFailed, .expired, .tooDeep, .invalidRequest: .refused
      }
    self.init(kind, error.description, leavesOutcomeOpen: error.mayHaveBeenMade)
  }
}
