/// Why a request to PostgreSQL failed.
package enum PostgresError: Error, Sendable, Equatable {
  /// The server refused a statement. The session continues; an open transaction waits for its ROLLBACK.
  case server(ServerError)
  /// The session is over. A COMMIT in progress may have happened.
  case connectionLost(ConnectionFailure)
  /// No session could be established.
  case connectFailed(ConnectionFailure)
  /// No answer came in time; the session was given up, so a COMMIT in progress may have happened.
  case timeout(after: Duration)
  /// The task was cancelled. If a request was in progress, the session was given up as with ``timeout(after:)``.
  case cancelled
  /// The connection string or a setting can't be used. Never quotes the connection string.
  case configuration(reason: String)
  /// The server, or a pooler in front of it, does not provide what the guarantees rest on: the session's settings, or
  /// one server process for the whole session. Its operator has to change that.
  case unreliableSession(reason: String)
  /// Statement and parameters don't match, or the protocol does not allow the server's answer.
  case protocolViolation(reason: String)
  /// A value is not of the requested type.
  case decoding(reason: String)

  /// Whether the session that this happened on is gone.
  package var isConnectionLoss: Bool {
    switch self {
    case .connectionLost, .connectFailed, .timeout: true
    case .server(let error): error.endsSession
    case .cancelled, .configuration, .unreliableSession, .protocolViolation, .decoding: false
    }
  }

  /// Whether the same request can succeed a little later, on this session or a new one.
  package var isTransient: Bool {
    guard !isConnectionLoss else { return sqlState?.class != .invalidAuthorizationSpecification }
    guard let sqlState else { return false }
    switch sqlState {
    case .lockNotAvailable, .queryCanceled, .readOnlySQLTransaction: return true
    default: return [.transactionRollback, .insufficientResources].contains(sqlState.class)
    }
  }

  /// The server's code, if it gave one.
  package var sqlState: SQLState? {
    switch self {
    case .server(let error): error.sqlState
    case .connectionLost(let failure), .connectFailed(let failure): failure.sqlState
    case .timeout, .cancelled, .configuration, .unreliableSession, .protocolViolation, .decoding: nil
    }
  }
}

/// How a session ended, or why none was established.
package struct ConnectionFailure: Error, Sendable, Hashable {
  /// The message of libpq or the server. Never quotes the connection string.
  package let reason: String
  /// The server's reason, if it gave one.
  package let sqlState: SQLState?
  /// No host took a TCP connection: no server listens there, or there is no route, or the name has no address.
  package let isUnreached: Bool

  package init(reason: String, sqlState: SQLState? = nil, isUnreached: Bool = false) {
    self.reason = reason
    self.sqlState = sqlState
    self.isUnreached = isUnreached
  }
}

extension ConnectionFailure: CustomStringConvertible {
  package var description: String { sqlState.map { "\(reason) [\($0)]" } ?? reason }
}

extension PostgresError: CustomStringConvertible {
  /// For logs: no values, no SQL, no secrets.
  package var description: String {
    switch self {
    case .server(let error): "PostgreSQL refused a statement: \(error)"
    case .connectionLost(let failure): "the connection to PostgreSQL is lost: \(failure)"
    case .connectFailed(let failure): "no connection to PostgreSQL: \(failure)"
    case .timeout(let limit): "PostgreSQL did not answer within \(limit)"
    case .cancelled: "cancelled while waiting for PostgreSQL"
    case .configuration(let reason): "the PostgreSQL connection can't be configured: \(reason)"
    case .unreliableSession(let reason): "the session with PostgreSQL is not reliable: \(reason)"
    case .protocolViolation(let reason): "protocol error with PostgreSQL: \(reason)"
    case .decoding(let reason): "a response from PostgreSQL could not be read: \(reason)"
    }
  }
}
