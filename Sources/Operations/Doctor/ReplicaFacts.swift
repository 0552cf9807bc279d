package import UnitOfWork

/// Port: the copy of who may do what that a configuration has elsewhere, for doctor.
package protocol ExaminedReplica: Sendable {
  /// Where it is. No secrets.
  var address: String { get }

  /// - Throws: why it can't be asked.
  func schema() async throws(ReplicaObstacle) -> ReplicaSchema
}

/// Port: how far the copy is behind.
package protocol ReplicationLagSource: Sendable {
  func lag() async throws -> ReplicationLag
}

/// The rules that the copy decides by.
package enum ReplicaSchema: Sendable, Equatable {
  case missing
  /// In words, for people.
  case different(String)
  case expected
}

/// Why the copy can't be asked, with what was said, for people.
package enum ReplicaObstacle: Error, Equatable {
  /// The key, or the file that holds it.
  case loginRefused(String)
  case unreachable(String)
}
