import Coordination
import Secrets
import SpiceDBClient
import TestSupport
import Testing

/// Peers that accept connections and never send anything, as a proxy whose backend is gone.
@Suite struct SpiceDBSilenceTests {
  private func configuration(port: Int, attempts: Int = 1) throws -> SpiceDBConfiguration {
    SpiceDBConfiguration(
      endpoint: try SpiceDBEndpoint("127.0.0.1:\(port)"), security: .plaintext, token: Secret("key"),
      timeout: .milliseconds(200), patience: .milliseconds(500),
      retries: SpiceDBRetries(
        attempts: attempts, backoff: Backoff(shortest: .milliseconds(5), longest: .milliseconds(5))))
  }

  @Test func `another connection is tried while the silent one stays open`() async throws {
    let (listener, port) = try BlockingSocket.listening()
    let configuration = try configuration(port: port)
    let isRetried = Signal<Void>()
    let peers = Task {
      let sockets = try await onOwnThread { try [listener.accepted(), listener.accepted()] }
      isRetried.raise()
      return sockets
    }
    try await SpiceDBConnection.withConnection(configuration, logger: .silent) { spicedb async throws in
      try await Patience.poll(for: "a second connection") {
        _ = try? await spicedb.isServing()
        return isRetried.isRaised
      }
    }
    #expect(try await peers.value.count == 2)
  }

  @Test func `a silent connection does not hold up the end, whether it is asked for or by cancellation`() async throws {
    for isCancelled in [false, true] {
      let (listener, port) = try BlockingSocket.listening()
      let connection = try SpiceDBConnection(configuration(port: port, attempts: 6), logger: .silent)
      let running = Task { await connection.run() }
      let peer = try await onOwnThread { try listener.accepted() }
      if isCancelled { running.cancel() } else { connection.shutDown() }
      try await Patience.wait(for: "the connection ends") { await running.value }
      let error = await failure { () async throws(SpiceDBError) in try await connection.isServing() }
      // Whether the deadline of a call or the end of the connection comes first is up to the machine.
      let isExpected = error?.kind == .unavailable || error?.kind == .deadlineExceeded
      #expect(isExpected && error?.attempts == (isCancelled ? 6 : 1), "\(String(describing: error))")
      withExtendedLifetime(peer) {}
    }
  }
}
