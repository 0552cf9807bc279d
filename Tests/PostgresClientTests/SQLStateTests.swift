import PostgresClient
import Testing

@Suite struct SQLStateTests {
  @Test(arguments: ["", "2350", "235055", "2350a", "23 05", "23é5"])
  func `anything but five digits or capitals is not a code`(text: String) {
    #expect(SQLState(text) == nil)
  }

  @Test func `a code and its class are what the server sent`() throws {
    let state = try #require(SQLState("40P01"))
    #expect(state == .deadlockDetected)
    #expect(state.class == .transactionRollback)
  }

  @Test func `a known code is described with its condition name`() {
    #expect(SQLState.uniqueViolation.description == "23505 unique_violation")
    #expect(SQLState("ZZ999")?.description == "ZZ999")
  }
}

@Suite struct PostgresErrorTests {
  private let violation = ServerError(
    sqlState: .uniqueViolation, message: "duplicate key value violates unique constraint \"uq\"",
    detail: "Key (name)=(secret) already exists.", table: "t", constraint: "uq")

  @Test func `the description names condition and constraint, and no values`() {
    let text = PostgresError.server(violation).description
    #expect(text.contains("23505 unique_violation"))
    #expect(text.contains("constraint uq"))
    #expect(!text.contains("secret"))
  }

  @Test(
    arguments: [
      (.server(ServerError(sqlState: .deadlockDetected, message: "")), false, true),
      (.server(ServerError(sqlState: .lockNotAvailable, message: "")), false, true),
      (.server(ServerError(sqlState: .diskFull, message: "")), false, true),
      (.server(ServerError(sqlState: .syntaxError, message: "")), false, false),
      (.server(ServerError(sqlState: .adminShutdown, severity: .fatal, message: "")), true, true),
      (.connectionLost(ConnectionFailure(reason: "")), true, true),
      (.connectFailed(ConnectionFailure(reason: "", sqlState: .cannotConnectNow)), true, true),
      (.connectFailed(ConnectionFailure(reason: "", sqlState: .invalidPassword)), true, false),
      (.timeout(after: .seconds(1)), true, true),
      (.cancelled, false, false),
      (.configuration(reason: ""), false, false),
      (.decoding(reason: ""), false, false),
    ] as [(PostgresError, Bool, Bool)])
  func `an error classifies itself`(error: PostgresError, isConnectionLoss: Bool, isTransient: Bool) {
    #expect(error.isConnectionLoss == isConnectionLoss)
    #expect(error.isTransient == isTransient)
  }
}
