import PostgresClient
import Testing
import UnitOfWork
import WorkspaceApplication

@testable import PostgresStore

@Suite struct ErrorMappingTests {
  @Test(arguments: WorkspaceConstraint.allCases)
  func `a violated constraint is a conflict that names it`(constraint: WorkspaceConstraint) {
    for state in [SQLState.uniqueViolation, .foreignKeyViolation] {
      let error = ServerError(sqlState: state, message: "", constraint: constraint.rawValue)
      #expect(UnitOfWorkError(.server(error)) == .conflict(constraint: constraint))
    }
  }

  @Test func `a duplicate id is the same conflict whichever index detects it first`() {
    let error = ServerError(sqlState: .uniqueViolation, message: "", constraint: "uq_workspaces_tenant_id")
    #expect(UnitOfWorkError(.server(error)) == .conflict(constraint: .workspaceID))
  }

  @Test func `a stale version is a conflict without a constraint`() {
    #expect(UnitOfWorkError(.server(ServerError(sqlState: .staleVersion, message: ""))) == .conflict(constraint: nil))
  }

  @Test(arguments: [SQLState.serializationFailure, .deadlockDetected, .lockNotAvailable])
  func `errors that a retry can resolve are transient`(state: SQLState) {
    #expect(kind(.server(ServerError(sqlState: state, message: ""))) == .transient)
  }

  @Test func `a statement that ran too long or was cancelled has timed out`() {
    #expect(kind(.server(ServerError(sqlState: .queryCanceled, message: ""))) == .timedOut)
  }

  @Test(arguments: [
    SQLState.connectionFailure, .readOnlySQLTransaction, .idleInTransactionSessionTimeout, .diskFull, .outOfMemory,
    .tooManyConnections, .adminShutdown, .crashShutdown, .cannotConnectNow, .databaseDropped, .idleSessionTimeout,
    .ioError, .undefinedTable, .insufficientPrivilege, .syntaxError, .internalError,
  ])
  func `a server that can't work is unavailable`(state: SQLState) {
    #expect(kind(.server(ServerError(sqlState: state, message: ""))) == .unavailable)
  }

  @Test(arguments: [
    SQLState.checkViolation, .notNullViolation, .characterNotInRepertoire, .uniqueViolation, .raiseException,
    .dataCorrupted, .indexCorrupted,
  ])
  func `anything else is a failure`(state: SQLState) {
    #expect(kind(.server(ServerError(sqlState: state, message: "", constraint: "ck_unknown"))) == .failed)
  }

  @Test(
    arguments: [
      (.connectionLost(ConnectionFailure(reason: "gone")), .unavailable),
      (.connectFailed(ConnectionFailure(reason: "refused")), .unavailable),
      (.timeout(after: .seconds(1)), .unavailable),
      (.cancelled, .unavailable),
      (.server(ServerError(sqlState: .internalError, severity: .fatal, message: "")), .unavailable),
      (.decoding(reason: "odd"), .unavailable),
      (.protocolViolation(reason: "odd"), .unavailable),
      (.configuration(reason: "odd"), .unavailable),
    ] as [(PostgresError, Kind)])
  func `an error outside a statement is mapped to what can be done about it`(error: PostgresError, expected: Kind) {
    #expect(kind(error) == expected)
  }

  enum Kind: Sendable {
    case conflict, transient, timedOut, unavailable, failed
  }

  private func kind(_ error: PostgresError) -> Kind {
    switch UnitOfWorkError(error) {
    case .conflict: .conflict
    case .transient: .transient
    case .timedOut: .timedOut
    case .unavailable: .unavailable
    case .failed: .failed
    }
  }

  @Test(
    arguments: [
      (.connectFailed(ConnectionFailure(reason: "refused", isUnreached: true)), true),
      (.connectFailed(ConnectionFailure(reason: "starting", sqlState: .cannotConnectNow)), true),
      (.connectFailed(ConnectionFailure(reason: "no TLS")), false),
      (.connectFailed(ConnectionFailure(reason: "password", sqlState: .invalidPassword)), false),
      (.connectionLost(ConnectionFailure(reason: "gone")), false), (.timeout(after: .seconds(1)), false),
    ] as [(PostgresError, Bool)])
  func `a server is absent if nothing listens, or if it says that it is starting up`(
    error: PostgresError, isAway: Bool
  ) {
    #expect(error.meansUnreachable == isAway)
  }
}
