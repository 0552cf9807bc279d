package import UnitOfWork

/// Port: the external copy of who may do what, for doctor.
package protocol ExaminedReplica: Sendable {
  /// Its address. No secrets.
  var address: String { get }

  /// - Throws: why it can't be queried.
  func schema() async throws(ReplicaObstacle) -> ReplicaSchema
}

/// Port: how far the copy lags behind.
package protocol ReplicationLagSource: Sendable {
  func lag() async throws -> ReplicationLag
}

/// The state of the rules that the copy decides by.
package enum ReplicaSchema: Sendable, Equatable {
  case missing
  /// In words, for people.
  case different(String)
  case expected
}

/// Why the copy can't be queried, with the message in words.
package enum ReplicaObstacle: Error, Equatable {
  /// The key, or the file that holds it.
  case loginRefused(String)
  case unreachable(String)
}
