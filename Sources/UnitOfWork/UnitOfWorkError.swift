package import WorkspaceApplication

/// Why a unit of work had no effect, by what is to be done about it.
package enum UnitOfWorkError: Error, Sendable, Equatable {
  /// Another writer won a race: rerun the batch on fresh data. Names the constraint; nil if an optimistic version check
  /// failed.
  case conflict(constraint: WorkspaceConstraint?)
  /// Deadlock, serialization failure, lock timeout: the same batch can succeed if rerun a little later.
  case transient(reason: String)
  /// A statement exceeded its time limit: the command's fault, the database's, or nobody's. It may be rerun.
  case timedOut(reason: String)
  /// The database is unavailable, shutting down or read-only: reconnect. Costs no command an attempt.
  case unavailable(reason: String)
  /// Anything else: an unforeseen problem with one of the commands.
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
