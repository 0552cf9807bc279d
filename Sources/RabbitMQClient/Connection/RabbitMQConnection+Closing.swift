internal import Coordination

extension RabbitMQConnection {
  /// Closes cleanly: the broker processes what was sent before, and unacknowledged deliveries return to their queue.
  /// May be called again, and at any time.
  ///
  /// Takes at most twice `closeTimeout`, even if the thread is stuck in a send; the socket is then cut.
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
    // Waits in a task of its own: the wait is short, and cancelling this task must not end it.
    await Task { [closure] in _ = await closure.wait() }.value
  }

  /// Starts closing cleanly, and ends all waits with the reason.
  func close(because reason: RabbitMQError) {
    guard case .open = phase, let handle else { return }
    do {
      try guardingUnlessWritable(handle) { () throws(WireSocket.Failure) in try handle.send(.closeConnection, on: 0) }
    } catch {
      return fail(reason)
    }
    phase = .closing(reason)
    closeDeadline = .now + configuration.closeTimeout
    release(reason)
    isReadingPaused = false
  }

  /// Waits until the connection is gone, and returns the reason.
  ///
  /// - Throws: `CancellationError`.
  package nonisolated func waitUntilClosed() async throws -> RabbitMQError {
    guard let reason = await closure.wait() else { throw CancellationError() }
    return reason
  }

  /// The connection can't continue: ends every wait on it with the error.
  func fail(_ error: RabbitMQError) {
    if case .closed = phase { return }
    let wasOpen = if case .open = phase { true } else { false }
    let error = if case .closing(let reason) = phase { reason } else { error }
    phase = .closed(error)
    // If the broker is still there, it should not take this for a crash.
    if wasOpen, !error.endsConnection, let handle, handle.isWritable { try? handle.send(.closeConnection, on: 0) }
    watchdog.detach()
    handle = nil
    setBlockage(nil)
    release(error)
    closeDeadline = nil
    closure.send(error)
  }

  /// Ends all waits except those for the end itself.
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
