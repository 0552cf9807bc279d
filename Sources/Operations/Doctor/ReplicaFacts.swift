package import UnitOfWork

/// Port: the external replica of the relationships that permissions follow from, for doctor.
package protocol ExaminedReplica: Sendable {
  /// The replica's address, without secrets.
  var address: String { get }

  /// - Throws: why the replica can't be queried.
  func schema() async throws(ReplicaObstacle) -> ReplicaSchema
}

/// Port: how far the replica lags behind the database.
package protocol ReplicationLagSource: Sendable {
  func lag() async throws -> ReplicationLag
}

/// The state of the replica's schema, which holds the rules that it decides by.
package enum ReplicaSchema: Sendable, Equatable {
  case missing
  /// The schema differs, with an explanation for people.
  case different(String)
  case expected
}

/// Why the replica can't be queried, with an explanation for people.
package enum ReplicaObstacle: Error, Equatable {
  /// The key was refused, or the file that holds it can't be used.
  case loginRefused(String)
  case unreachable(String)
}
