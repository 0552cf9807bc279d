import CLibPQ
import Glibc
import Logging

extension ServerSession {
  /// Connects and authenticates (libpq manual, PQconnectStartParams and PQconnectPoll).
  static func open(
    _ configuration: PostgresConfiguration, interrupt: Interrupt, logger: Logger
  ) throws(PostgresError) -> ServerSession {
    let options = try ConnectionOptions(configuration)
    let wait = SocketWait(limit: configuration.connectTimeout, interrupt: interrupt)
    let session = try open(options, wait, logger: logger)
    try session.establish(configuration, options, wait)
    return session
  }

  /// How long sent data may stay unacknowledged by the peer's kernel, unless the connection string sets another limit.
  static let peerPatience: Duration = .seconds(10)

  /// Connects and authenticates, without applying settings.
  ///
  /// With several hosts, one that does not complete the handshake within its share of the time is left out: by itself,
  /// libpq goes on to the next host only if one refuses, or can't be reached.
  static func open(
    _ options: ConnectionOptions, _ wait: SocketWait, logger: Logger
  ) throws(PostgresError) -> ServerSession {
    var options = options
    var share = wait.limit / options.hostCount
    var silent: [ServerPlace] = []
    while true {
      guard let connection = options.limited(share: share).withCArrays({ PQconnectStartParams($0, $1, 0) }) else {
        throw .connectFailed(ConnectionFailure(reason: "libpq is out of memory"))
      }
      let session = ServerSession(connection, logger: logger)
      let handshake: Handshake
      do {
        handshake = try session.handshake(wait, share: share, namesAddresses: options.values["hostaddr"] != nil)
      } catch {
        throw error.mentioning(silent)
      }
      guard case .silent(let place) = handshake else {
        if !options.limitsPeer { session.waitForPeer(Self.peerPatience) }
        return session
      }
      guard !wait.isOver else {
        throw .connectFailed(
          ConnectionFailure(reason: "the server did not complete the handshake within \(wait.limit)"))
      }
      silent.append(place)
      let others = options.without(place)
      // The last host may take all the time that is left.
      if others?.hostCount ?? 1 == 1 { share = wait.limit }
      options = others ?? options
    }
  }

  private enum Handshake {
    case connected
    /// This host did not complete its part of the handshake within its time.
    case silent(ServerPlace)
  }

  /// - Parameters:
  ///   - share: how long one host may take.
  ///   - namesAddresses: whether hosts were given by address (`hostaddr`), and so have to be told apart by address.
  private func handshake(
    _ wait: SocketWait, share: Duration, namesAddresses: Bool
  ) throws(PostgresError) -> Handshake {
    // libpq 15 shows the SQLSTATE of a refused connection only in the verbose form of the message.
    PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
    guard PQstatus(connection) != CONNECTION_BAD else { throw refused() }
    var wasReached = false
    // "If you have yet to call PQconnectPoll, act as if it last returned PGRES_POLLING_WRITING."
    var direction = SocketWait.Readiness.writable
    var (current, turn) = (place, wait.part(limit: share))
    while true {
      // Another address of the same name is still the same host.
      if !place.isHost(of: current, byAddress: namesAddresses) { turn = wait.part(limit: share) }
      current = place
      // The socket may change with each call: libpq goes from address to address, and from TLS to plain.
      guard try isReady(turn, direction) else { return .silent(current) }
      let progress = PQconnectPoll(connection)
      // Until there is a TCP connection the status is one of these; with several hosts it returns to them.
      wasReached =
        wasReached || ![CONNECTION_STARTED, CONNECTION_NEEDED, CONNECTION_BAD].contains(PQstatus(connection))
      switch progress {
      case PGRES_POLLING_READING: direction = .readable
      case PGRES_POLLING_WRITING: direction = .writable
      case PGRES_POLLING_OK:
        try becomeReady()
        return .connected
      default: throw refused(isUnreached: !wasReached && Self.hasDescriptorLeft)
      }
    }
  }

  /// Sets TCP_USER_TIMEOUT (tcp(7)), which until now was the limit for an unreachable address.
  private func waitForPeer(_ patience: Duration) {
    var milliseconds = UInt32(patience.wholeMilliseconds)
    // Fails, harmlessly, if it isn't a TCP socket.
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds, socklen_t(MemoryLayout<UInt32>.size))
  }

  /// The host that libpq is currently trying, or connected to.
  private var place: ServerPlace {
    ServerPlace(host: host, address: PQhostaddr(connection).map { String(cString: $0) } ?? "", port: port)
  }

  /// Waits for the socket; false if the time runs out first.
  private func isReady(_ turn: SocketWait, _ direction: SocketWait.Readiness) throws(PostgresError) -> Bool {
    do {
      _ = try turn.wait(for: socket, until: direction)
      return true
    } catch .timeout {
      return false
    }
  }

  private func becomeReady() throws(PostgresError) {
    PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
    guard PQsetnonblocking(connection, 1) == 0 else { throw refused() }
  }

  private func refused(isUnreached: Bool = false) -> PostgresError {
    .connectFailed(
      ConnectionFailure(verboseMessage: String(cString: PQerrorMessage(connection)), isUnreached: isUnreached))
  }

  /// Whether this process can open another descriptor. libpq's message does not tell: what it says about a socket that
  /// it could not create is in the user's language.
  private static var hasDescriptorLeft: Bool {
    let descriptor = dup(STDERR_FILENO)
    if descriptor >= 0 { close(descriptor) }
    return descriptor >= 0
  }
}

extension ConnectionFailure {
  /// Reads the SQLSTATE out of a verbose message: `… FATAL:  28P01: password authentication failed …`, where the
  /// part before the code may be translated. With several hosts the last one's counts.
  init(verboseMessage text: String, isUnreached: Bool = false) {
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("LOCATION:") }
    let candidates = lines.flatMap { $0.split(separator: ":").map { $0.drop(while: \.isWhitespace) } }
    let sqlState = candidates.last { SQLState($0) != nil }.flatMap { SQLState(String($0)) }
    // libpq's own finding, without a code from the server: target_session_attrs requires a writable host.
    let onlyReads = sqlState == nil && lines.last.map { $0.hasSuffix("session is read-only") } ?? false
    self.init(
      reason: lines.joined(separator: " ")
        + (onlyReads ? " (a standby or read-only: no host that accepts writes was found)" : ""),
      sqlState: onlyReads ? .readOnlySQLTransaction : sqlState, isUnreached: isUnreached)
  }
}

extension SQLState {
  fileprivate init?(_ text: Substring) { self.init(String(text)) }
}

extension PostgresError {
  /// The failure, with the hosts that were left out before it: by itself it concerns only the last host.
  fileprivate func mentioning(_ silent: [ServerPlace]) -> PostgresError {
    guard case .connectFailed(let failure) = self, !silent.isEmpty else { return self }
    let hosts = silent.map { "\($0.host):\($0.port)" }.joined(separator: ", ")
    return .connectFailed(
      ConnectionFailure(
        reason: "\(failure.reason); before that, \(hosts) did not answer in time", sqlState: failure.sqlState))
  }
}
