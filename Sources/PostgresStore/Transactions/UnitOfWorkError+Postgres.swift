import PostgresClient
import UnitOfWork
import WorkspaceApplication

extension SQLState {
  /// Raised by the function `expect_rows`: fewer rows changed than were read, so another writer was there first.
  static let staleVersion = SQLState(literal: "WW001")
  /// Raised by the function `expect_increase`: a new id is not greater than the one before it.
  static let identitySetBack = SQLState(literal: "WW002")
}

extension UnitOfWorkError {
  /// The one place that decides what a PostgreSQL error means for a batch.
  init(_ error: PostgresError) {
    switch error {
    // The next attempt takes ids from the table, or succeeds once another queue's worker has committed.
    case .server(let error) where error.isOfIdentity: self = .transient(reason: error.description)
    case .server(let error): self.init(error)
    case .connectionLost, .connectFailed, .timeout, .cancelled, .configuration, .unreliableSession, .protocolViolation,
      .decoding:
      self = .unavailable(reason: error.description)
    }
  }

  /// Decides by SQLSTATE and constraint alone: message texts are translated, and change.
  private init(_ error: ServerError) {
    switch error.sqlState {
    case .staleVersion:
      self = .conflict(constraint: nil)
    case .uniqueViolation, .foreignKeyViolation:
      if let constraint = WorkspaceConstraint(error) {
        self = .conflict(constraint: constraint)
      } else {
        self = .failed(reason: error.description)
      }
    // Another session has held the lock for longer than `lock_timeout`.
    case .lockNotAvailable:
      self = .transient(reason: error.description)
    // By the statement timeout, or by an administrator.
    case .queryCanceled:
      self = .timedOut(reason: error.description)
    // A failover left this session on the standby; or the server ended it for being idle.
    case .readOnlySQLTransaction, .idleInTransactionSessionTimeout:
      self = .unavailable(reason: error.description)
    // Only commands that read the damaged rows can't be executed. If that is every command, parking them fails, too.
    case .dataCorrupted, .indexCorrupted:
      self = .failed(reason: error.description)
    default:
      self.init(class: error)
    }
  }

  private init(class error: ServerError) {
    switch error.sqlState.class {
    case .transactionRollback: self = .transient(reason: error.description)
    // A full disk, a missing table, a revoked privilege: no command is at fault. The error would hit all of them, and a
    // worker that blamed them would turn an operator's mistake into a pile of dead letters.
    case .connectionException, .insufficientResources, .operatorIntervention, .systemError,
      .invalidTransactionState, .invalidSQLStatementName, .invalidAuthorizationSpecification, .invalidCatalogName,
      .invalidSchemaName, .syntaxErrorOrAccessRuleViolation, .configurationFileError, .internalError:
      self = .unavailable(reason: error.description)
    default:
      self = error.endsSession ? .unavailable(reason: error.description) : .failed(reason: error.description)
    }
  }
}

extension WorkspaceConstraint {
  /// Either of two unique indexes may detect a duplicate id first; the rule is the same.
  private static let aliases = ["uq_workspaces_tenant_id": WorkspaceConstraint.workspaceID]

  fileprivate init?(_ error: ServerError) {
    guard let name = error.constraint else { return nil }
    guard let constraint = WorkspaceConstraint(rawValue: name) ?? Self.aliases[name] else { return nil }
    self = constraint
  }
}
