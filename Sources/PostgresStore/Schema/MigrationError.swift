package import PostgresClient

/// Why some or all migrations were not carried out. Those carried out before the named one are not undone.
package enum MigrationError: Error, Sendable, Equatable {
  /// PostgreSQL is unavailable, or refused a statement that is not the migration's own.
  case postgres(PostgresError)
  /// Another process has been migrating this database for longer than the permitted wait.
  case locked(waited: Duration)
  /// Applied migrations whose text or name differs from what this program has.
  case edited([String])
  /// The database has migrations that this program does not know: a newer program applied them.
  case unknown(versions: [Int])
  /// A migration is not applied, though a later one is.
  case outOfOrder(String)
  /// `search_path` finds the migrated tables in one schema, and would create new ones in another: a schema that was
  /// created since, or that of another role. Nothing was changed.
  case otherSchema(found: String, target: String?)
  /// The schema is behind this program.
  case pending([String])
  /// `migrate down --to` a version above the last one that is applied.
  case nothingAbove(version: Int, lastApplied: Int)
  /// A worker is active, and would lose the schema that it relies on. Nothing was changed.
  case workerActive(sessions: [String])
  /// Taking the migrations back would destroy data. Nothing was changed.
  case wouldDestroy([DataLoss])
  /// Existing data is in the way of the migration. Nothing was changed.
  case preflight(PreflightFindings)
  /// The migration itself refuses, with RAISE EXCEPTION, until an obstacle is removed. All of it was rolled back.
  case refused(migration: String, reason: String)
  /// A statement of the migration failed; all of the migration was rolled back.
  case failed(migration: String, ServerError)
  /// The migration ends the transaction that it runs in, so part of it may have been committed.
  case endsTransaction(migration: String)

  /// Whether the same may succeed a little later: PostgreSQL is unavailable, or another process is migrating.
  package var isTransient: Bool {
    switch self {
    case .postgres(let error): error.isTransient
    case .failed(_, let error): PostgresError.server(error).isTransient
    case .locked: true
    default: false
    }
  }
}

/// What a migration's preflight found.
package struct PreflightFindings: Sendable, Equatable {
  package let migration: String
  /// The number of all findings; ``rows`` shows the first of them.
  package let total: Int
  package let columns: [String]
  package let rows: [[String]]
}

extension MigrationError {
  /// What the server's refusal of a statement means while a migration is taken back.
  init(takingBack migration: String, _ error: ServerError) {
    self =
      error.sqlState == .raiseException
      ? .refused(migration: migration, reason: error.message) : .failed(migration: migration, error)
  }
}

extension MigrationError: CustomStringConvertible {
  /// For the operator who runs `migrate`: includes what the server says, with values.
  package var description: String {
    switch self {
    case .postgres(let error): "\(error)"
    case .locked(let waited): "another migration of this database is under way; gave up after \(waited)"
    case .edited(let names): "changed since they were applied: \(names.joined(separator: ", "))"
    case .unknown(let versions):
      "the database has migrations unknown to this program: \(versions)"
    case .outOfOrder(let name): "\(name) is not applied, though a later migration is"
    case .otherSchema(let found, let target):
      """
      the tables are in schema '\(found)', but search_path creates new ones in \(target.map { "'\($0)'" } ?? "no schema"): \
      search_path must begin with '\(found)' for this role
      """
    case .pending(let names): "not applied yet: \(names.joined(separator: ", "))"
    case .nothingAbove(let version, let last): "can't go down to \(version): the last applied migration is \(last)"
    case .workerActive(let sessions):
      "a worker is active on this database (\(sessions.joined(separator: ", "))): stop all workers first"
    case .wouldDestroy(let losses):
      (["this would destroy data permanently; nothing was changed:"] + losses.map { "  \($0)" }).joined(separator: "\n")
    case .preflight(let findings): "\(findings)"
    case .refused(let migration, let reason): "\(migration) can't be taken back, and was rolled back: \(reason)"
    case .failed(let migration, let error):
      (["\(migration) failed and was rolled back: \(error.message) [\(error.sqlState)]"]
        + [error.detail, error.hint].compactMap(\.self)).joined(separator: "\n")
    case .endsTransaction(let migration):
      "\(migration) contains COMMIT or ROLLBACK, which is not allowed in a migration"
    }
  }
}

extension PreflightFindings: CustomStringConvertible {
  package var description: String {
    let shown = rows.map { row in
      "  " + zip(columns, row).map { "\($0): \($1)" }.joined(separator: ", ")
    }
    let rest = total > rows.count ? ["  and \(total - rows.count) more"] : []
    return (["\(migration) can't be applied; rows in the way: \(total)"] + shown + rest).joined(separator: "\n")
  }
}
