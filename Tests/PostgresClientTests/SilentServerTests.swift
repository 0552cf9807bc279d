import Foundation
import PostgresClient
import TestSupport
import Testing

/// A server that exists but says nothing, and calls of libpq that don't return.
@Suite(.requiresPostgres, .emptyDatabase, .timeLimit(.minutes(10))) struct SilentServerTests {
  private func connect(
    to proxy: FaultProxy, configure: (inout PostgresConfiguration) -> Void
  ) async throws -> PostgresConnection {
    try await TestDatabase.current.connect { configuration in
      var url = URLComponents(string: configuration.url)
      url?.port = proxy.port
      configuration.url = url?.string ?? ""
      configure(&configuration)
    }
  }

  private func proxy() throws -> FaultProxy {
    try FaultProxy(toPort: try #require(URLComponents(string: TestDatabase.current.url)?.port))
  }

  /// With a limit long enough for libpq to get to its files.
  private func configuration(_ url: String) -> PostgresConfiguration {
    var configuration = PostgresConfiguration(url: url)
    configuration.connectTimeout = .seconds(4)
    return configuration
  }

  @Test(arguments: [false, true]) func `a request without an answer ends the session after the response timeout`(
    isGone: Bool
  ) async throws {
    let proxy = try proxy()
    let connection = try await connect(to: proxy) { $0.responseTimeout = .seconds(1) }
    isGone ? proxy.dropPackets() : proxy.freeze()
    await #expect(throws: PostgresError.timeout(after: .seconds(1))) { try await connection.query("select 1") }
    #expect(await connection.waitUntilClosed() == .timeout(after: .seconds(1)))
  }

  @Test(arguments: [false, true]) func `a ping is abandoned after half of the response timeout`(isGone: Bool)
    async throws
  {
    let proxy = try proxy()
    let connection = try await connect(to: proxy) { $0.responseTimeout = .seconds(1) }
    isGone ? proxy.dropPackets() : proxy.freeze()
    await #expect(throws: PostgresError.timeout(after: .milliseconds(500))) { try await connection.ping() }
  }

  @Test func `the kernel notices a black hole without a request`() async throws {
    let proxy = try proxy()
    let connection = try await connect(to: proxy) {
      $0.url +=
        ($0.url.contains("?") ? "&" : "?")
        + "keepalives_idle=1&keepalives_interval=1&keepalives_count=1&tcp_user_timeout=1000"
    }
    proxy.dropPackets()
    let error = await connection.waitUntilClosed()
    #expect(error.isConnectionLoss, "\(error)")
  }

  @Test func `a call of libpq that does not return blocks nobody`() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "fifo-\(UInt32.random(in: 0 ... .max))").path
    #expect(mkfifo(file, 0o600) == 0)
    defer { unlink(file) }
    // A server that agrees to TLS: then libpq reads the authorities' file, and waits for somebody to write it.
    let server = try StubServer(reply: [UInt8(ascii: "S")])
    let configuration = configuration("postgres://127.0.0.1:\(server.port)/d?sslmode=verify-ca&sslrootcert=\(file)")
    // The call itself would never return.
    let error = await #expect(throws: PostgresError.self) {
      try await Patience.wait(for: "the call is abandoned") {
        try await PostgresConnection.connect(configuration, logger: .silent)
      }
    }
    #expect(error?.description.contains("libpq did not finish") == true)
    // Nothing is left behind once the call returns.
    let descriptor = open(file, O_WRONLY | O_NONBLOCK)
    #expect(descriptor >= 0, "libpq did not wait for the file")
    close(descriptor)
  }
}
