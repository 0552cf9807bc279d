import Logging
import UnitOfWork

/// Checks, for a standby worker, who is active: whether it is alive, and whether it uses the same broker.
struct HolderObserver {
  let lease: any ActiveWorkerLease
  let interval: Duration
  let status: WorkerStatus
  let logger: Logger
  private var lastLook: ContinuousClock.Instant?
  private var told: String?
  private var hasWarned = false

  init(lease: any ActiveWorkerLease, interval: Duration, status: WorkerStatus, logger: Logger) {
    self.lease = lease
    self.interval = interval
    self.status = status
    self.logger = logger
  }

  /// Checks again, if the last check was some time ago.
  mutating func look() async throws {
    let now = ContinuousClock.now
    if let lastLook, now - lastLook < interval { return }
    lastLook = now
    let holder = try await lease.holder()
    status.holder = holder
    tell(holder)
    if let process = holder?.process, !process.broker.isSame(as: lease.broker) { warn(of: process.broker) }
  }

  private mutating func tell(_ holder: LeaseHolder?) {
    let name = holder.map { $0.process == nil ? "" : "\($0)" } ?? ""
    guard told == nil || (told != name && !name.isEmpty) else { return }
    told = name
    logger.info(
      "another worker of this queue is active; standing by",
      metadata: ["active": "\(holder.map { "\($0)" } ?? "unknown")"])
  }

  private mutating func warn(of broker: LeaseHolder.Broker) {
    guard !hasWarned else { return }
    hasWarned = true
    let warning =
      "the active worker of this queue uses another broker, \(broker); this one uses \(lease.broker): "
      + "nobody executes the commands waiting there"
    logger.warning("\(warning)")
    status.warnings.append(warning)
  }
}
