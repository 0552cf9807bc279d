package import PostgresClient

/// Why migrations were not, or not all, carried out. Those before the one that is named stay as they are.
package enum MigrationError: Error, Sendable, Equatable {
  /// PostgreSQL is away, or refused what is not a migration's own statement.
  case postgres(PostgresError)
  /// Somebody else has been migrating this database for longer than we were ready to wait.
  case locked(waited: Duration)
  /// Applied migrations whose text or name differs from what this program has.
  case edited([String])
  /// The database has migrations that this program does not know: a newer program was here.
  case unknown(versions: [Int])
  /// Not applied, though one after it is.
  case outOfOrder(String)
  /// The schema is behind this program.
  case pending([String])
  /// `migrate down --to` a version above the last one that is applied.
  case nothingAbove(version: Int, lastApplied: Int)
  /// A worker is active, and would lose what it rests on. Nothing was changed.
  case workerActive(sessions: [String])
  /// Data would go with what is to be taken back. Nothing was changed.
  case wouldDestroy([DataLoss])
  /// What is in the database is in the way. Nothing was changed.
  case preflight(PreflightFindings)
  /// A statement of the migration failed; all of the migration was rolled back.
  case failed(migration: String, ServerError)
  /// The migration ends the transaction that it is run in, so that part of it may stay.
  case endsTransaction(migration: String)

  /// The same can succeed a little later: PostgreSQL is away, or somebody else is at it.
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
  /// How many there are; ``rows`` shows the first of them.
  package let total: Int
  package let columns: [String]
  package let rows: [[String]]
}

extension MigrationError: CustomStringConvertible {
  /// For the operator who runs `migrate`: with what the server says, values included.
  package var description: String {
    switch self {
    case .postgres(let error): "\(error)"
    case .locked(let waited): "another migration of this database is under way; gave up after \(waited)"
    case .edited(let names): "changed since they were applied: \(names.joined(separator: ", "))"
    case .unknown(let versions):
      "the database has migrations that this program does not know: \(versions)"
    case .outOfOrder(let name): "\(name) is not applied, though a later migration is"
    case .pending(let names): "not applied yet: \(names.joined(separator: ", "))"
    case .nothingAbove(let version, let last): "can't go down to \(version): the last applied migration is \(last)"
    case .workerActive(let sessions):
      "a worker is active on this database (\(sessions.joined(separator: ", "))): stop all workers first"
    case .wouldDestroy(let losses):
      (["this destroys data for ever; nothing was changed:"] + losses.map { "  \($0)" }).joined(separator: "\n")
    case .preflight(let findings): "\(findings)"
    case .failed(let migration, let error):
      (["\(migration) failed and was rolled back: \(error.message) [\(error.sqlState)]"]
        + [error.detail, error.hint].compactMap(\.self)).joined(separator: "\n")
    case .endsTransaction(let migration): "\(migration) contains COMMIT or ROLLBACK, which no migration may"
    }
  }
}

extension PreflightFindings: CustomStringConvertible {
  package var description: String {
    let shown = rows.map { row in
      "  " + zip(columns, row).map { "\($0): \($1)" }.joined(separator: ", ")
    }
    let rest = total > rows.count ? ["  and \(total - rows.count) more"] : []
    return (["\(migration) can't be applied; in the way: \(total)"] + shown + rest).joined(separator: "\n")
  }
}
