package import Coordination
import ServiceLifecycle

/// Work that the active worker does besides commands, on a connection of its own.
package protocol MaintenanceJob: Sendable {
  /// Whether a worker with this `status` does it.
  func isWanted(by status: WorkerStatus) -> Bool

  /// Does its work until nothing is left or it is no longer wanted.
  ///
  /// - Returns: how long to pause.
  mutating func run(for status: WorkerStatus, _ attempt: inout Reconnecting.Attempt) async throws -> Duration

  /// Reports a failed run in the log or the metrics; the next run follows after `delay`.
  func failed(_ error: any Error, again delay: Duration)
}

/// Runs a worker's jobs concurrently while it is active. A job's failure affects neither the worker nor other jobs: the
/// job is retried later.
package struct Maintenance: Service {
  private let jobs: [any MaintenanceJob]
  private let status: WorkerStatus
  private let reconnecting: Reconnecting

  /// - Parameter reconnecting: how a failed job is restarted.
  package init(_ jobs: [any MaintenanceJob], for status: WorkerStatus, reconnecting: Reconnecting) {
    self.jobs = jobs
    self.status = status
    self.reconnecting = reconnecting
  }

  /// Returns at once after a graceful shutdown: running jobs are cancelled.
  package func run() async throws {
    try? await cancelWhenGracefulShutdown {
      try await withThrowingTaskGroup { group in
        for job in jobs { group.addTask { try await keepDoing(job) } }
        for try await _ in group {}
      }
    }
    try Task.checkCancellation()
  }

  /// Throws only when the task is cancelled.
  private func keepDoing(_ job: any MaintenanceJob) async throws {
    var job = job
    try await reconnecting.run { attempt in
      try await status.wait { job.isWanted(by: $0) }
      try await Task.sleep(for: try await job.run(for: status, &attempt))
    } failed: { error, delay in
      job.failed(error, again: delay)
    }
  }
}
