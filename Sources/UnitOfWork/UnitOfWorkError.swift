package import WorkspaceApplication

/// Why a unit of work had no effect, classified by what to do about it.
package enum UnitOfWorkError: Error, Sendable, Equatable {
  /// Another writer won a race: rerun the batch with fresh data. Contains the violated constraint; nil if an optimistic
  /// version check failed.
  case conflict(constraint: WorkspaceConstraint?)
  /// Deadlock, serialization failure or lock timeout: the same batch may succeed if it is rerun a little later.
  case transient(reason: String)
  /// A statement exceeded its time limit, because of the command, the database or neither. It may be rerun.
  case timedOut(reason: String)
  /// The database is unavailable, shutting down or read-only: reconnect. Does not count as an attempt of any command.
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
