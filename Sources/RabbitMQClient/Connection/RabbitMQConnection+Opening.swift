internal import ThreadExecutor

extension RabbitMQConnection {
  /// Connects, secures and logs in.
  ///
  /// Ends when `connectTimeout` has passed, or the task is cancelled, even where a name can't be resolved: that is the
  /// one step without a limit of its own. It goes on in the background then and its connection is dropped.
  ///
  /// - Throws: ``RabbitMQError``, or `CancellationError`.
  package static func open(_ configuration: RabbitMQConfiguration) async throws -> RabbitMQConnection {
    let connection = RabbitMQConnection(configuration)
    let waiter = Waiter<Void>()
    let limit = configuration.connectTimeout
    let opening = Task { await connection.establish(for: waiter) }
    let alarm = Task {
      // A little later than the limits of the single steps, whose errors say more.
      try await Task.sleep(for: limit + .milliseconds(500))
      waiter.resolve(.failure(RabbitMQError.timedOut(operation: "connecting to \(configuration.endpoint)", limit: limit)))
    }
    defer { alarm.cancel() }
    _ = opening
    try await waiter.value()
    return connection
  }

  private func establish(for waiter: Waiter<Void>) async {
    do {
      try establish()
      if !waiter.resolve(.success(())) { await close() }
    } catch {
      waiter.resolve(.failure(error))
    }
  }
}
