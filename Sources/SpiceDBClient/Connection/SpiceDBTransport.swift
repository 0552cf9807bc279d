import Coordination
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import Synchronization

/// A gRPC client with connections and name lookups of its own, which is replaced as a whole when nothing comes from
/// SpiceDB any more.
///
/// It can't recover by itself from everything: it waits without limit for the first bytes on a connection that was
/// accepted, and after failed attempts to connect it does not look the name up again.
final class SpiceDBTransport: Sendable {
  /// How long closing may take after connections were cut. What can't be interrupted, such as a name lookup, is then
  /// left behind.
  private static let closing: Duration = .seconds(1)

  let client: GRPCClient<HTTP2ClientTransport.Posix>
  private let retired = Signal<Void>()
  private let ended = Signal<Void>()
  private let calls = Atomic<Int>(0)

  /// Does not connect yet; ``run(grace:logger:)`` does.
  ///
  /// - Throws: ``SpiceDBError``, for example if the file of certificate authorities can't be used.
  init(_ configuration: SpiceDBConfiguration) throws(SpiceDBError) {
    do {
      let transport = try HTTP2ClientTransport.Posix(
        target: Self.target(configuration.endpoint), transportSecurity: Self.security(configuration.security),
        config: Self.transport(configuration))
      client = GRPCClient(transport: transport)
    } catch {
      guard case .tls(caFile: let file?) = configuration.security else {
        throw SpiceDBError(.unexpected, message: "\(error)")
      }
      throw .refused("the authorities in \(file) can't be used: \(Self.cause(of: error))")
    }
  }

  /// Connects, and reconnects when a connection ends, until ``retire()`` is called or the task is cancelled. Calls made
  /// earlier wait, up to their deadline. Must be run only once.
  ///
  /// - Parameter grace: how long calls in progress may last after ``retire()``. The task's cancellation cuts them off.
  func run(grace: Duration, logger: Logger) async {
    let connections = Task { await self.connect(logger) }
    await retired.wait()
    client.beginGracefulShutdown()
    try? await ended.wait(atMost: grace)
    connections.cancel()
    // In a task of its own: this one may have been cancelled.
    _ = await Task { try? await self.ended.wait(atMost: Self.closing) }.value
  }

  private func connect(_ logger: Logger) async {
    do {
      try await client.runConnections()
    } catch {
      if !retired.isRaised, !Task.isCancelled { logger.error("the connection to SpiceDB ended: \(error)") }
    }
    ended.raise()
  }

  /// Lets calls in progress finish, and refuses new ones. ``run(grace:logger:)`` then returns.
  func retire() {
    retired.raise()
    client.beginGracefulShutdown()
  }

  /// Waits until it is retired, or the task is cancelled.
  func retirement() async { await retired.wait() }

  // MARK: Calls in progress

  /// Whether a call has been sent and has not ended.
  var hasCallsInProgress: Bool { calls.load(ordering: .relaxed) > 0 }

  func callBegan() { calls.add(1, ordering: .relaxed) }

  func callEnded() { calls.subtract(1, ordering: .relaxed) }

  // MARK: Configuration

  private static func security(_ security: SpiceDBConfiguration.Security)
    -> HTTP2ClientTransport.Posix.TransportSecurity
  {
    switch security {
    case .plaintext: .plaintext
    case .tls(caFile: nil): .tls
    case .tls(caFile: let file?): .tls { $0.trustRoots = .certificates([.file(path: file, format: .pem)]) }
    }
  }

  private static func target(_ endpoint: SpiceDBEndpoint) -> any ResolvableTarget {
    switch endpoint.host {
    case .name(let name): .dns(host: name, port: endpoint.port)
    case .ipv4(let address): .ipv4(address: address, port: endpoint.port)
    case .ipv6(let address): .ipv6(address: address, port: endpoint.port)
    }
  }

  private static func transport(_ configuration: SpiceDBConfiguration) -> HTTP2ClientTransport.Posix.Config {
    .defaults {
      $0.backoff = .init(initial: .milliseconds(50), max: .seconds(2), multiplier: 2, jitter: 0.2)
      // Detects a dead connection, as after a power cut. Pings are also sent without calls: otherwise the end of a
      // call, even by its deadline, would stop the timer. grpc-go tolerates three such pings, more than are sent in the
      // lifetime of a connection to SpiceDB.
      $0.connection.keepalive = .init(
        time: configuration.keepalive, timeout: configuration.timeout, allowWithoutCalls: true)
      // Flushes are not coalesced: each call waits for its answer, so delaying it for others gains nothing.
      $0.connection.flushCoalescing = nil
    }
  }

  /// The message of the innermost error, which is the actual cause.
  static func cause(of error: any Error) -> String {
    if let error = error as? RPCError { return error.cause.map(cause) ?? error.message }
    if let error = error as? RuntimeError { return error.cause.map(cause) ?? error.message }
    return "\(error)"
  }
}
