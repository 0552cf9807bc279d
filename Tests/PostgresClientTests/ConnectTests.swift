import Glibc
import Logging
import TestSupport
import Testing

@testable import PostgresClient

/// Servers that can't be connected to.
@Suite struct ConnectTests {
  /// For two hosts, which share it: long enough to reach each on a busy machine.
  private static let timeout: Duration = .seconds(4)

  @Test func `a silent server is abandoned at the connect timeout`() async throws {
    let server = try StubServer()
    let error = await failure("postgres://worker:secret@127.0.0.1:\(server.port)/db") {
      $0.connectTimeout = .seconds(2)
    }
    #expect(try #require(error).description.contains("did not complete the handshake within 2.0 seconds"))
    #expect(isUnreached(error) == false)
  }

  @Test func `several silent servers share the connect timeout`() async throws {
    let servers = [try StubServer(), try StubServer()]
    let start = ContinuousClock.now
    let error = await failure("postgres://worker@127.0.0.1:\(servers[0].port),127.0.0.1:\(servers[1].port)/db") {
      $0.connectTimeout = Self.timeout
    }
    #expect(try #require(error).description.contains("did not complete the handshake within 4.0 seconds"))
    #expect(isUnreached(error) == false)
    #expect(.now - start >= Self.timeout)
    #expect(servers[0].hasVisitor && servers[1].hasVisitor)
  }

  @Test func `the error names a silent host, whatever happened with the last one`() async throws {
    let (silent, closed) = (try StubServer(), try ClosedPort.reserve())
    let error = await failure("postgres://worker@127.0.0.1:\(silent.port),127.0.0.1:\(closed)/db") {
      $0.connectTimeout = Self.timeout
    }
    let text = try #require(error).description
    #expect(text.contains("refused") && text.contains("127.0.0.1:\(silent.port) did not answer in time"))
    #expect(isUnreached(error) == false)
  }

  @Test func `hosts of the same name are distinguished by their addresses`() async throws {
    let silent = try StubServer()
    // Nobody listens at the first address; the silent host, which has to be left out, is at the second.
    let error = await failure("host=db,db hostaddr=127.0.0.2,127.0.0.1 port=\(silent.port) dbname=db user=worker") {
      $0.connectTimeout = Self.timeout
    }
    let text = try #require(error).description
    #expect(text.contains("refused") && text.contains("db:\(silent.port) did not answer in time"))
  }

  @Test(arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "N\u{0}\u{0}\u{0}", "R", "E\u{0}\u{0}\u{0}\u{7}xyz"])
  func `a server that talks nonsense is an error`(reply: String) async throws {
    let server = try StubServer(reply: Array(reply.utf8))
    let error = await failure("postgres://worker:secret@127.0.0.1:\(server.port)/db") {
      $0.connectTimeout = .seconds(5)
    }
    #expect(try #require(error).isConnectionLoss)
    #expect(isUnreached(error) == false)
  }

  @Test func `a refused connection is an error`() async throws {
    let port = try ClosedPort.reserve()
    let error = await failure("postgres://worker:secret@127.0.0.1:\(port)/db")
    #expect(try #require(error).description.contains("refused"))
    #expect(isUnreached(error) == true)
  }

  @Test func `several hosts that all refuse are an error`() async throws {
    let (closed, other) = (try ClosedPort.reserve(), try ClosedPort.reserve())
    let server = try StubServer(reply: Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
    let none = await failure("postgres://worker:secret@127.0.0.1:\(closed),127.0.0.1:\(other)/db")
    #expect(isUnreached(none) == true)
    let one = await failure("postgres://worker:secret@127.0.0.1:\(server.port),127.0.0.1:\(closed)/db")
    #expect(isUnreached(one) == false, "one host was reached, even if the last was not")
  }

  private func isUnreached(_ error: PostgresError?) -> Bool? {
    if case .connectFailed(let failure) = error { failure.isUnreached } else { nil }
  }

  @Test func `an unknown host is an error`() async throws {
    let error = await failure("postgres://worker:secret@no-such-host.invalid/db")
    guard case .connectFailed = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `cancelling the task ends connecting`() async throws {
    let server = try StubServer()
    let connecting = Task {
      try await PostgresConnection.connect(
        PostgresConfiguration(url: "postgres://worker@127.0.0.1:\(server.port)/db"), logger: .silent)
    }
    connecting.cancel()
    await #expect(throws: PostgresError.cancelled) { try await connecting.value }
  }

  /// Connects, and expects a failure that does not reveal the password.
  private func failure(
    _ url: String, configure: (inout PostgresConfiguration) -> Void = { _ in }
  ) async -> PostgresError? {
    var configuration = PostgresConfiguration(url: url)
    configure(&configuration)
    let error = await #expect(throws: PostgresError.self) {
      try await PostgresConnection.connect(configuration, logger: .silent)
    }
    #expect(error?.description.contains("secret") == false)
    return error
  }
}

@Suite(.requiresPostgres) struct ConnectToServerTests {
  @Test func `a wrong password is identified by its SQLSTATE`() async throws {
    let error = await #expect(throws: PostgresError.self) {
      try await PostgresServer.connect { $0.url += ($0.url.contains("?") ? "&" : "?") + "password=topsecret" }
    }
    guard case .connectFailed(let failure) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(failure.sqlState == .invalidPassword && !failure.isUnreached)
    #expect(error?.isTransient == false)
    #expect(error?.description.contains("topsecret") == false)
  }

  @Test func `an unknown database is identified by its SQLSTATE`() async throws {
    let error = await #expect(throws: PostgresError.self) {
      try await PostgresServer.connect(PostgresServer.url(database: "no_such_database"))
    }
    #expect(error?.sqlState == .invalidCatalogName)
  }

  @Test func `an unknown setting is identified by its SQLSTATE`() async throws {
    let error = await #expect(throws: PostgresError.self) {
      try await PostgresServer.connect { $0.settings["bogus"] = "1" }
    }
    #expect(error?.sqlState == SQLState("42704"))
  }

  @Test func `the session has the requested settings`() async throws {
    let connection = try await PostgresServer.connect {
      $0.statementTimeout = .milliseconds(1234)
      $0.lockTimeout = nil
      $0.settings["search_path"] = "one, \"t w o\""
    }
    let rows = try await connection.query(
      """
      select current_setting(name) as value
      from unnest(array['application_name', 'client_encoding', 'statement_timeout', 'lock_timeout', 'search_path']) as name
      """)
    let values = try rows.map { try $0.text("value") }
    #expect(values == ["workspace-worker", "UTF8", "1234ms", "0", "one, \"t w o\""])
    await connection.close()
  }

  @Test func `the server notices within half a minute that the client vanished`() async throws {
    let connection = try await PostgresServer.connect()
    let rows = try await connection.query(
      """
      select current_setting('tcp_keepalives_' || name) as value from unnest(array['idle', 'interval', 'count']) as name
      union all select current_setting('tcp_user_timeout')
      """)
    #expect(try rows.map { try $0.text("value") } == ["10", "5", "3", "10000"])
    await connection.close()
  }

  @Test func `the connection string takes precedence`() async throws {
    let connection = try await PostgresServer.connect {
      $0.url += ($0.url.contains("?") ? "&" : "?") + "application_name=mine&options=-c%20lock_timeout%3D77"
    }
    let rows = try await connection.query(
      "select current_setting('application_name') as name, current_setting('lock_timeout') as timeout")
    #expect(try [rows[0].text("name"), rows[0].text("timeout")] == ["mine", "77ms"])
    await connection.close()
  }

  @Test func `notices are logged without their texts, warnings at a higher level`() async throws {
    let recorder = LogRecorder()
    let connection = try await PostgresConnection.connect(
      PostgresConfiguration(url: PostgresServer.url()), logger: recorder.logger)
    try await connection.execute(
      script: """
        do $$ begin
          raise notice 'the name is %', 'sesame' using detail = 'sesame', hint = 'sesame';
          raise warning 'the name is %', 'sesame' using errcode = '01P01', detail = 'sesame', hint = 'sesame';
        end $$
        """)
    #expect(recorder.entries.map(\.level) == [.debug, .warning])
    #expect(recorder.entries.map { $0.metadata["postgres.severity"] } == ["NOTICE", "WARNING"])
    #expect(recorder.entries.map { $0.metadata["postgres.sqlstate"] } == ["00000", "01P01"])
    #expect(Set(recorder.entries.map(\.message)) == ["PostgreSQL notice"])
    #expect(!recorder.entries.contains { $0.metadata.values.contains { $0.contains("sesame") } })
    await connection.close()
  }
}

@Suite(.requiresPostgres) struct MultipleHostTests {
  @Test func `a host that refuses is skipped`() async throws {
    let port = try ClosedPort.reserve()
    let connection = try await PostgresServer.connect {
      $0.url = $0.url.replacing("127.0.0.1:", with: "127.0.0.1:\(port),127.0.0.1:", maxReplacements: 1)
    }
    try await connection.ping()
    await connection.close()
  }

  @Test(arguments: ["read-write", "prefer-standby", "any"])
  func `a host that accepts connections but is silent costs its share of the time`(wanted: String) async throws {
    let (first, last) = (try StubServer(), try StubServer())
    let connection = try await PostgresServer.connect {
      $0.url = $0.url.replacing(
        "127.0.0.1:", with: "127.0.0.1:\(first.port),localhost:\(last.port),127.0.0.1:", maxReplacements: 1)
      $0.url += ($0.url.contains("?") ? "&" : "?") + "target_session_attrs=\(wanted)"
      $0.connectTimeout = .seconds(15)
    }
    try await connection.ping()
    await connection.close()
    withExtendedLifetime((first, last)) {}
  }

  @Test(arguments: [("", 10_000), ("tcp_user_timeout=1234", 1234)])
  func `however short the share of a host is, an established session waits for its peer`(
    given: String, milliseconds: UInt32
  ) throws {
    let closed = try ClosedPort.reserve()
    let url = try PostgresServer.url().replacing("127.0.0.1:", with: "127.0.0.1:\(closed),127.0.0.1:")
    var configuration = PostgresConfiguration(url: url + (url.contains("?") ? "&" : "?") + given)
    configuration.connectTimeout = .seconds(12)
    let session = try ServerSession.open(configuration, interrupt: try Interrupt(), logger: .silent)
    var found: UInt32 = 0
    var size = socklen_t(MemoryLayout<UInt32>.size)
    #expect(getsockopt(session.socket, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &found, &size) == 0)
    #expect(found == milliseconds)
  }

  @Test func `a primary is distinguished from a standby`() async throws {
    let connection = try await PostgresServer.connect {
      $0.url += ($0.url.contains("?") ? "&" : "?") + "target_session_attrs=read-write"
    }
    try await connection.ping()
    await connection.close()
    let error = await #expect(throws: PostgresError.self) {
      try await PostgresServer.connect { $0.url += ($0.url.contains("?") ? "&" : "?") + "target_session_attrs=standby" }
    }
    guard case .connectFailed = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
