package import Coordination
package import Logging
package import UnitOfWork
import WorkspaceDomain

/// Writes committed changes of relationships to the replica, while this worker is working and has the replication turn.
///
/// No transaction is open while it writes to the replica: it reads a page, applies it, and removes what was applied.
/// Entries that it could not remove are applied again by the next replicator. If the turn is lost, the writes under way
/// are cancelled (``ReplicationTurn``). While the replica is unavailable, the outbox grows, and commands wait only if
/// the replica decides their permissions.
package struct RelationshipReplicator: MaintenanceJob {
  /// A page of the outbox, in entries and bytes.
  static let page = (entries: 500, bytes: 4 << 20)
  /// Concurrent writes.
  static let concurrency = 8
  /// After this time no more writes of a page begin, so that what was applied is recorded.
  static let pageTime: Duration = .seconds(10)
  /// How often an empty outbox is polled, and a turn that another process has.
  static let (poll, pollForTurn): (Duration, Duration) = (.milliseconds(200), .seconds(3))

  private let replica: any RelationshipReplica
  private let probe: any WorkerProbe
  private let pulse: ReplicationPulse
  private let logger: Logger
  private let settling: Duration
  private let connect: @Sendable () async throws -> Link<any RelationshipOutbox>
  private var refused = RefusedTenants()
  private var notices = NoticePace(.seconds(60))

  /// - Parameters:
  ///   - pulse: lets waiting tasks hurry the replicator, and tells them about its progress and failures.
  ///   - settling: how long after the end of a turn its writes can take effect. Default: 6 s.
  ///   - connect: opens a connection; bounded in time.
  package init(
    to replica: any RelationshipReplica, pulse: ReplicationPulse = ReplicationPulse(), probe: any WorkerProbe,
    logger: Logger, settling: Duration = ReplicationTurn.settling,
    connect: @escaping @Sendable () async throws -> Link<any RelationshipOutbox>
  ) {
    self.replica = replica
    self.pulse = pulse
    self.probe = probe
    self.logger = logger
    self.settling = settling
    self.connect = connect
  }

  /// Whether the worker is working, even if its work is blocked; or whether replication is needed for decisions: while
  /// the worker drains, or can't begin because replication has failed.
  ///
  /// In the last case one success is enough. A worker that can't begin for another reason, as when it can't reach the
  /// replica at all, must not keep the turn from one that can.
  package func isWanted(by status: WorkerStatus) -> Bool {
    switch status.phase {
    case .draining: true
    case .connecting(let missing): missing.reasons[.authorization] != nil && pulse.failure != nil
    default: status.isWorking
    }
  }

  /// Replicates until the worker no longer needs it, another process has the turn or takes precedence, or a failure
  /// affects all tenants.
  package mutating func run(for status: WorkerStatus, _ attempt: inout Reconnecting.Attempt) async throws -> Duration {
    try await connect().use { outbox in
      guard try await outbox.takeTurn() else {
        pulse.yieldedTurn()
        return Self.pollForTurn
      }
      var turn = ReplicationTurn(on: outbox, settling: settling)
      do {
        let pause = try await replicate(from: outbox, &turn, for: status, &attempt)
        await turn.handOver()
        return pause
      } catch {
        await turn.handOver()
        throw error
      }
    }
  }

  package func failed(_ error: any Error, again delay: Duration) {
    if let error = error as? ReplicaError { pulse.failed(error) }
    let kind = (error as? ReplicaError)?.kind ?? .unavailable
    probe.observe(.replicationFailed(kind))
    logger.warning(
      "relationships can't be replicated; retrying",
      metadata: ["reason": "\(kind.rawValue)", "error": "\(error)", "delay_ms": "\(delay.milliseconds)"])
  }

  /// - Returns: how long to pause, without the turn.
  private mutating func replicate(
    from outbox: any RelationshipOutbox, _ turn: inout ReplicationTurn, for status: WorkerStatus,
    _ attempt: inout Reconnecting.Attempt
  ) async throws -> Duration {
    while isWanted(by: status) {
      guard let count = try await replicatePage(of: outbox, &turn) else { return Self.pollForTurn }
      attempt.succeeded()
      guard count == 0 else { continue }
      pulse.idle()
      // That may have been all that was wanted.
      if isWanted(by: status) { try await pulse.pause(atMost: Self.poll) }
    }
    return .zero
  }

  /// - Returns: how many entries were applied; nil if the turn is to be given back.
  private mutating func replicatePage(
    of outbox: any RelationshipOutbox, _ turn: inout ReplicationTurn
  ) async throws -> Int? {
    guard
      let page = try await outbox.oldest(
        except: refused.waiting(at: .now), limit: Self.page.entries, bytes: Self.page.bytes)
    else { return nil }
    if !page.entries.isEmpty, try await turn.beginWriting() {
      // Reading again shows whether the turn was lost during the wait, and whether somebody else wants it now.
      return try await replicatePage(of: outbox, &turn)
    }
    let schedule = try await apply(page.entries, &turn)
    if !schedule.applied.isEmpty {
      try await outbox.markApplied(schedule.applied, Array(schedule.marks.values))
      probe.observe(.relationshipsReplicated(changes: schedule.changeCount))
      pulse.advanced(schedule.marks.keys)
    }
    for tenantID in schedule.marks.keys { refused.succeeded(tenantID) }
    let unreadable = page.unreadable.mapValues { ReplicaError(.refused, $0) }
    try note(schedule.refused.merging(unreadable) { refusal, _ in refusal })
    if let failure = schedule.failure { throw failure }
    return schedule.applied.count
  }

  /// Applies entries as long as the turn lasts.
  private func apply(
    _ entries: [RelationshipEntry], _ turn: inout ReplicationTurn
  ) async throws -> ReplicationSchedule {
    guard !entries.isEmpty else { return ReplicationSchedule([]) }
    return try await turn.write { [replica] in await Self.apply(entries, to: replica) }
  }

  /// Applies entries until all are applied, the remaining ones are held back, or the page's time is over.
  private static func apply(
    _ entries: [RelationshipEntry], to replica: any RelationshipReplica
  ) async -> ReplicationSchedule {
    var schedule = ReplicationSchedule(entries)
    let end = ContinuousClock.now + pageTime
    await withTaskGroup(of: (RelationshipEntry.ID, Result<String, ReplicaError>).self) { group in
      var free = concurrency
      while true {
        if ContinuousClock.now >= end || Task.isCancelled { schedule.close() }
        while free > 0, let entry = schedule.next() {
          free -= 1
          group.addTask { (entry.id, await replica.result(of: entry.commit.changes)) }
        }
        guard let (id, result) = await group.next() else { return }
        free += 1
        switch result {
        case .success(let token): schedule.applied(id, token: token)
        case .failure(let error): schedule.failed(id, error)
        }
      }
    }
    return schedule
  }

  /// Sets aside tenants whose changes are refused or can't be read, and logs that at most once a minute.
  private mutating func note(_ refusals: [TenantID: ReplicaError]) throws(ReplicaError) {
    guard let (tenantID, error) = refusals.min(by: { $0.key < $1.key }) else { return }
    for tenantID in refusals.keys { refused.refused(tenantID, at: .now, random: .random(in: 0...1)) }
    pulse.refused(refusals.keys)
    probe.observe(.replicationFailed(.refused))
    if notices.isDue(at: .now) {
      logger.error(
        "some tenants' relationship changes can't be replicated; they wait, others continue",
        metadata: ["tenants": "\(refused.count)", "tenant_id": "\(tenantID)", "error": "\(error)"])
    }
    // With so many refusals, the tenants are not to blame.
    if refused.isFull { throw error }
  }
}

extension RelationshipReplica {
  fileprivate func result(of changes: [RelationshipChange]) async -> Result<String, ReplicaError> {
    do throws(ReplicaError) { return .success(try await write(changes)) } catch { return .failure(error) }
  }
}
