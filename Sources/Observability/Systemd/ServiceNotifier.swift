import ServiceLifecycle
package import WorkerRuntime

/// Tells the service manager when the worker is ready, what it is doing, that it is alive, and that it is stopping.
package struct ServiceNotifier: Service {
  private let manager: ServiceManager
  private let status: WorkerStatus
  private let isWaiting: @Sendable () -> Bool
  private let interval: Duration

  /// - Parameters:
  ///   - isWaiting: whether the stages wait for an answer that is not overdue, and show no sign of life for that reason.
  ///   - watchdog: the interval within which the manager wants a sign of life (`WATCHDOG_USEC`); nil if it wants none.
  package init(
    _ manager: ServiceManager, status: WorkerStatus, watchdog: Duration?, isWaiting: @escaping @Sendable () -> Bool
  ) {
    self.manager = manager
    self.status = status
    self.isWaiting = isWaiting
    interval = min(watchdog.map { $0 / 3 } ?? .seconds(1), .seconds(1))
  }

  package func run() async throws {
    try? await withGracefulShutdownHandler {
      try await cancelWhenGracefulShutdown { try await tell() }
    } onGracefulShutdown: {
      manager.notify("STOPPING=1", "STATUS=draining")
    }
    try Task.checkCancellation()
  }

  private func tell() async throws {
    var isReady = false
    var said = ""
    while true {
      let phase = status.phase
      let missing = phase.missing
      let text = missing.reasons.isEmpty ? phase.name : "\(phase.name): \(missing)"
      if !isReady, missing.reasons.isEmpty {
        isReady = true
        manager.notify("READY=1")
      }
      if text != said { manager.notify("STATUS=\(text.split(separator: "\n").joined(separator: " "))") }
      said = text
      // A worker whose stages show no sign of life is left to the watchdog; one that lacks its servers, or waits for a
      // slow one, is not: a restart would only make the server begin again.
      if missing.reasons[.heartbeat] == nil || isWaiting() { manager.notify("WATCHDOG=1") }
      try await Task.sleep(for: interval)
    }
  }
}
