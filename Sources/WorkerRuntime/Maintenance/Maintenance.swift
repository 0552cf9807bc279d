package import Coordination
import ServiceLifecycle

/// Something that the active worker does besides commands, on a connection of its own.
package protocol MaintenanceJob: Sendable {
  /// Whether a worker does it that is how `status` says.
  func isWanted(by status: WorkerStatus) -> Bool

  /// Does what there is to do, until nothing is left or it is not wanted any more.
  ///
  /// - Returns: how long to rest.
  mutating func run(for status: WorkerStatus, _ attempt: inout Reconnecting.Attempt) async throws -> Duration

  /// A run has failed. To be counted and logged.
  func failed(_ error: any Error, again delay: Duration)
}

/// Does a worker's jobs, side by side, while it is active. No failure of one is the worker's, or another job's: it is tried
/// again later.
package struct Maintenance: Service {
  private let jobs: [any MaintenanceJob]
  private let status: WorkerStatus
  private let reconnecting: Reconnecting

  /// - Parameter reconnecting: how a job that fails is begun anew.
  package init(_ jobs: [any MaintenanceJob], for status: WorkerStatus, reconnecting: Reconnecting) {
    self.jobs = jobs
    self.status = status
    self.reconnecting = reconnecting
  }

  /// Returns at once after a graceful shutdown: what is under way is broken off.
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
