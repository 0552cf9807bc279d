package import WorkspaceApplication

/// Why a unit of work had no effect, by what is to be done about it.
package enum UnitOfWorkError: Error, Sendable, Equatable {
  /// Another writer won a race: run the batch again on fresh data. Names the constraint, nil where an optimistic
  /// version check failed.
  case conflict(constraint: WorkspaceConstraint?)
  /// Deadlock, serialization failure, lock timeout: the same batch can succeed when run again a little later.
  case transient(reason: String)
  /// A statement ran longer than it may: the command's fault, the database's, or nobody's. It may be run again.
  case timedOut(reason: String)
  /// The database is away, shutting down or read-only: connect again. Costs no command an attempt.
  case unavailable(reason: String)
  /// Anything else: something about one of the commands that nobody foresaw.
  case failed(reason: String)
}

extension UnitOfWorkError: CustomStringConvertible {
  /// For people. No payload.
  package var description: String {
    switch self {
    case .conflict(let constraint?): "lost a race: \(constraint.rawValue)"
    case .conflict(nil): "lost a race"
    case .transient(let reason), .timedOut(let reason), .unavailable(let reason), .failed(let reason): reason
    }
  }
}
