import UnixSignals

/// What a process does with the signals that ask it to end: drains on the first, ends at once on the second.
enum TerminationSignals {
  /// Runs `body`, and handles signals until it ends.
  ///
  /// There must be no second handler of the same signals, such as that of a `ServiceGroup`: a handler that has not yet
  /// run when the next signal arrives is called once for both (signal sources merge, as the kernel's pending signals
  /// do), and the two handlers would disagree about how many signals have arrived.
  ///
  /// - Parameters:
  ///   - drain: called at the first signal.
  ///   - exit: called at each later one. Nothing is lost if it ends the process: as in a crash, unacknowledged
  ///     deliveries are redelivered.
  static func handling(
    _ signals: [UnixSignal] = [.sigterm, .sigint], drain: @escaping @Sendable () async -> Void,
    exit: @escaping @Sendable (UnixSignal) -> Void, while body: @escaping @Sendable () async throws -> Void
  ) async throws {
    let sequence = await UnixSignalsSequence(trapping: signals)
    try await withThrowingTaskGroup { group in
      group.addTask {
        var isDraining = false
        for await signal in sequence {
          guard !isDraining else {
            exit(signal)
            continue
          }
          isDraining = true
          await drain()
        }
      }
      group.addTask { try await body() }
      // The first task ends by cancellation only.
      try await group.next()
      group.cancelAll()
    }
  }
}
