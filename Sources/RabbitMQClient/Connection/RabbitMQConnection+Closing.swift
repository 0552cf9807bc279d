internal import ThreadExecutor

extension RabbitMQConnection {
  /// Closes in order: what was sent before is processed by the broker, and deliveries that are not acknowledged go
  /// back to their queue. May be called again, and at any time.
  ///
  /// Takes at most twice `closeTimeout`, even when the thread is stuck in a send; the socket is cut then.
  package nonisolated func close() async {
    let watchdog = watchdog
    let alarm = Task.detached { [limit = configuration.closeTimeout * 2] in
      try await Task.sleep(for: limit)
      watchdog.cut()
    }
    defer { alarm.cancel() }
    await closeInOrder()
  }

  private func closeInOrder() async {
    switch phase {
    case .closed: return
    case .opening: fail(.closed)
    case .open: close(because: .closed)
    case .closing: break
    }
    // Not to be cut short by a cancellation: it is short itself.
    _ = try? await closeWaiter()?.uncancellableValue()
  }

  /// Begins to close in order, and ends all waits with the reason.
  func close(because reason: RabbitMQError) {
    guard case .open = phase, let handle else { return }
    let status = guardingUnlessWritable(handle) { handle.send(.closeConnection, on: 0) }
    guard status.isOK else { return fail(reason) }
    phase = .closing(reason)
    closeDeadline = .now + configuration.closeTimeout
    release(reason)
    isReadingPaused = false
  }

  /// Waits until the connection is gone, and tells why.
  ///
  /// - Throws: `CancellationError`.
  package func waitUntilClosed() async throws -> RabbitMQError {
    guard let waiter = closeWaiter() else { return failure }
    return try await waiter.value()
  }

  /// - Returns: nil when it is closed already.
  private func closeWaiter() -> Waiter<RabbitMQError>? {
    if case .closed = phase { return nil }
    let waiter = Waiter<RabbitMQError>()
    closeWaiters.append(waiter)
    return waiter
  }

  /// The connection can't go on: ends every wait on it with the error.
  func fail(_ error: RabbitMQError) {
    if case .closed = phase { return }
    let wasOpen = if case .open = phase { true } else { false }
    let error = if case .closing(let reason) = phase { reason } else { error }
    phase = .closed(error)
    // A broker that is still there need not take this for a crash.
    if wasOpen, !error.endsConnection, let handle, handle.isWritable { _ = handle.send(.closeConnection, on: 0) }
    watchdog.detach()
    handle = nil
    setBlockage(nil)
    release(error)
    closeDeadline = nil
    let waiters = closeWaiters
    closeWaiters = []
    for waiter in waiters { waiter.resolve(.success(error)) }
  }

  /// Ends all waits but those for the end itself.
  private func release(_ error: RabbitMQError) {
    let calls = calls
    self.calls = []
    for call in calls { call.waiter.resolve(.failure(error)) }
    listenerDeadline = nil
    waitsForWriting = false
    tell([.failed(error)])
    listener = nil
  }
}
