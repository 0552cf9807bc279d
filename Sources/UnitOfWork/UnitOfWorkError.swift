package import WorkspaceApplication

/// Why a unit of work had no effect, by what is to be done about it.
package enum UnitOfWorkError: Error, Sendable, Equatable {
  /// Another writer won a race: run the batch again on fresh data. Names the constraint, nil where an optimistic
  /// version check failed.
  case conflict(constraint: WorkspaceConstraint?)
  /// Deadlock, serialization failure, lock timeout: the same batch can succeed when run again a little later.
  case transient(reason: String)
  /// The database is away, shutting down or read-only: connect again. Costs no command an attempt.
  case unavailable(reason: String)
  /// Anything else: something about one of the commands that nobody foresaw.
  case failed(reason: String)
}
