import PostgresClient
import TestSupport
import Testing

@Suite(.requiresPostgres, .emptyDatabase) struct SessionEndTests {
  @Test func `a request without an answer in time ends the session`() async throws {
    try await TestDatabase.current.withConnection { connection in
      await #expect(throws: PostgresError.timeout(after: .milliseconds(50))) {
        try await connection.pipeline([request("select pg_sleep(600)")], timeout: .milliseconds(50))
      }
      #expect(await connection.waitUntilClosed() == .timeout(after: .milliseconds(50)))
      await #expect(throws: PostgresError.timeout(after: .milliseconds(50))) { try await connection.ping() }
    }
  }

  @Test func `a script without an answer in time ends the session`() async throws {
    try await TestDatabase.current.withConnection { connection in
      await #expect(throws: PostgresError.timeout(after: .milliseconds(50))) {
        try await connection.execute(script: "select pg_sleep(600)", timeout: .milliseconds(50))
      }
      #expect(await !connection.isOpen)
    }
  }

  @Test func `cancelling the task ends a request, also on the server`() async throws {
    let database = try TestDatabase.current
    try await database.withConnection { watcher in
      let observer = SessionObserver(connection: watcher)
      let connection = try await database.connect()
      let processID = try await connection.processID()
      let sleeping = Task { try await connection.query("select pg_sleep(600)") }
      try await observer.waitUntilAsleep(processID)
      sleeping.cancel()
      await #expect(throws: PostgresError.cancelled) { try await sleeping.value }
      #expect(await connection.waitUntilClosed() == .cancelled)
      try await observer.waitUntilGone(processID)
    }
  }

  @Test func `a task that is cancelled already sends nothing, and the session continues`() async throws {
    try await TestDatabase.current.withConnection { connection in
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await connection.query("select 1")
      }
      await #expect(throws: PostgresError.cancelled) { try await task.value }
      #expect(await connection.statistics.roundTrips == 0)
      try await connection.ping()
    }
  }

  @Test func `a session that the server ends while it is idle is noticed at once`() async throws {
    let database = try TestDatabase.current
    try await database.withConnection { watcher in
      let connection = try await database.connect()
      try await SessionObserver(connection: watcher).terminate(connection.processID())
      let error = await connection.waitUntilClosed()
      #expect(error.sqlState == .adminShutdown)
      #expect(error.isConnectionLoss)
      #expect(await !connection.isOpen)
      await #expect(throws: error) { try await connection.ping() }
    }
  }

  @Test func `a session that the server ends during a request reports the reason`() async throws {
    let database = try TestDatabase.current
    try await database.withConnection { watcher in
      let observer = SessionObserver(connection: watcher)
      let connection = try await database.connect()
      let processID = try await connection.processID()
      let sleeping = Task { try await connection.query("select pg_sleep(600)") }
      try await observer.waitUntilAsleep(processID)
      try await observer.terminate(processID)
      let error = await #expect(throws: PostgresError.self) { try await sleeping.value }
      #expect(error?.sqlState == .adminShutdown)
      #expect(error?.isConnectionLoss == true)
      #expect(await connection.waitUntilClosed() == error)
    }
  }

  @Test func `the server ends a session at its idle timeout`() async throws {
    let connection = try await TestDatabase.current.connect()
    // If set while connecting, such a short time could expire before the set-up is done.
    try await connection.execute(script: "set idle_session_timeout = '20ms'")
    #expect(await connection.waitUntilClosed().sqlState == .idleSessionTimeout)
  }

  @Test func `closing twice is like closing once`() async throws {
    let connection = try await TestDatabase.current.connect()
    await connection.close()
    await connection.close()
    let closed = PostgresError.connectionLost(ConnectionFailure(reason: "closed by this side"))
    #expect(await connection.waitUntilClosed() == closed)
    await #expect(throws: closed) { try await connection.query("select 1") }
    await #expect(throws: closed) { try await connection.execute(script: "select 1") }
  }

  @Test func `an unreferenced connection ends its session`() async throws {
    let database = try TestDatabase.current
    try await database.withConnection { watcher in
      let processID = try await { try await database.connect().processID() }()
      try await SessionObserver(connection: watcher).waitUntilGone(processID)
    }
  }

  @Test func `waiting for the end of a session can be cancelled`() async throws {
    try await TestDatabase.current.withConnection { connection in
      let waiting = Task { await connection.waitUntilClosed() }
      waiting.cancel()
      #expect(await waiting.value == .cancelled)
      try await connection.ping()
    }
  }

  @Test func `every waiter is notified`() async throws {
    let connection = try await TestDatabase.current.connect()
    async let first = connection.waitUntilClosed()
    async let second = connection.waitUntilClosed()
    await connection.close()
    #expect(await [first, second].allSatisfy(\.isConnectionLoss))
  }
}
