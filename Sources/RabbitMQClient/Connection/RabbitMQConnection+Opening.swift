internal import Coordination

extension RabbitMQConnection {
  package typealias Resolver = @Sendable (RabbitMQConfiguration) throws(RabbitMQError) -> [String]

  /// Connects, secures and logs in.
  ///
  /// Each address of the broker's name is tried in turn, until a login succeeds. An address that does not answer takes
  /// an equal share of what is left of `connectTimeout`.
  ///
  /// Ends when `connectTimeout` has passed, or the task is cancelled, even during name resolution, the one step without
  /// a limit of its own: that continues in the background, and its connection is dropped.
  ///
  /// - Parameter resolve: returns the addresses of the configured host. Default: the system's resolver.
  /// - Throws: ``RabbitMQError``, or `CancellationError`.
  package static func open(
    _ configuration: RabbitMQConfiguration, resolve: @escaping Resolver = BrokerAddresses.resolve
  ) async throws -> RabbitMQConnection {
    let connection = try RabbitMQConnection(configuration)
    let waiter = Waiter<Void>()
    let limit = configuration.connectTimeout
    let opening = Task { await connection.establish(for: waiter, resolve) }
    let alarm = Task {
      // A little longer than the limits of the individual steps, whose errors say more.
      try await Task.sleep(for: limit + .milliseconds(500))
      waiter.resolve(
        .failure(RabbitMQError.timedOut(operation: "connecting to \(configuration.endpoint)", limit: limit)))
    }
    defer { alarm.cancel() }
    _ = opening
    try await waiter.value()
    return connection
  }

  private func establish(for waiter: Waiter<Void>, _ resolve: Resolver) async {
    do {
      try establish(resolve)
      if !waiter.resolve(.success(())) { await close() }
    } catch {
      waiter.resolve(.failure(error))
    }
  }

  /// Blocks the connection's thread, not the caller's.
  private func establish(_ resolve: Resolver) throws(RabbitMQError) {
    guard case .opening = phase else { throw failure }
    let deadline = ContinuousClock.now + configuration.connectTimeout
    var addresses = try resolve(configuration)[...]
    var failure = RabbitMQError.unreachable(endpoint: configuration.endpoint, reason: "the name has no address")
    while let address = addresses.popFirst() {
      let now = ContinuousClock.now
      do {
        return try establish(at: address, deadline: now + (deadline - now) / (addresses.count + 1))
      } catch {
        // Another address is the same broker, with the same answer.
        if case .loginRefused = error { throw error }
        failure = error
      }
    }
    throw failure
  }

  private func establish(at address: String, deadline: ContinuousClock.Instant) throws(RabbitMQError) {
    let handle = try ConnectionHandle()
    let readAhead = try handle.open(configuration, at: address, deadline: deadline)
    decoder = FrameDecoder(generation: generation, maximumFrameBytes: handle.maximumFrameBytes)
    watchdog.attach(handle.descriptor)
    serverProperties = handle.serverProperties
    self.handle = handle
    phase = .open
    // Some input may be in OpenSSL's memory already.
    hasUnreadInput = true
    readAhead.withUnsafeBytes { take($0) }
    watchSocket()
  }
}
