import PostgresClient
import UnitOfWork
import WorkspaceApplication

extension SQLState {
  /// Raised by the function `expect_rows`: fewer rows changed than were read, so another writer was there first.
  static let staleVersion = SQLState(literal: "WW001")
  /// Raised by the function `expect_increase`.
  static let identitySetBack = SQLState(literal: "WW002")
}

extension UnitOfWorkError {
  /// The one place that decides what an error of PostgreSQL means for a batch.
  init(_ error: PostgresError) {
    switch error {
    // The next try takes ids from elsewhere, or in a moment, when another queue's worker has committed.
    case .server(let error) where error.isOfIdentity: self = .transient(reason: error.description)
    case .server(let error): self.init(error)
    case .connectionLost, .connectFailed, .timeout, .cancelled, .configuration, .unreliableSession, .protocolViolation,
      .decoding:
      self = .unavailable(reason: error.description)
    }
  }

  /// Goes by SQLSTATE and constraint alone: messages are translated, and change.
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
    // Something else holds the lock for longer than this waits.
    case .lockNotAvailable:
      self = .transient(reason: error.description)
    // The statement timeout, or an administrator.
    case .queryCanceled:
      self = .timedOut(reason: error.description)
    // A failover left this session on the standby; or the server ended it for being idle.
    case .readOnlySQLTransaction, .idleInTransactionSessionTimeout:
      self = .unavailable(reason: error.description)
    default:
      self.init(class: error)
    }
  }

  private init(class error: ServerError) {
    switch error.sqlState.class {
    case .transactionRollback: self = .transient(reason: error.description)
    // A full disk, a missing table, a right that was taken away: no fault of a command. It would meet every one of
    // them, and a worker that blamed them would turn a mistake of the operator into a pile of dead letters.
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
  /// Either of two unique indexes may be the one that meets a duplicate id first; it is the same rule.
  private static let aliases = ["uq_workspaces_tenant_id": WorkspaceConstraint.workspaceID]

  fileprivate init?(_ error: ServerError) {
    guard let name = error.constraint else { return nil }
    guard let constraint = WorkspaceConstraint(rawValue: name) ?? Self.aliases[name] else { return nil }
    self = constraint
  }
}
