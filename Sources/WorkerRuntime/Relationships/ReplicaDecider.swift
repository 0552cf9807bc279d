import Coordination
package import UnitOfWork
package import WorkspaceApplication
import WorkspaceDomain

/// Has the service decide that relationships are replicated to, on all that was committed of the tenants in question.
///
/// 1. Waits until nothing of these tenants is left to be replicated. It hurries the replicator, which alone writes
///   there.
/// 2. Asks, at least as fresh as the last of these writes. Not about tenants whose changes the service refuses: what
///    their users may do nobody can say, and the others must not wait for that.
/// 3. The unit of work compares the tenants' sequences, read before 2, with those under its locks.
package struct ReplicaDecider: AccessDecider {
  /// How long it waits for the replicator without hearing of it.
  package static let patience: Duration = .seconds(10)
  /// How often it looks itself: another process may replicate.
  private static let poll: Duration = .milliseconds(50)

  private let replica: any PermissionReplica
  private let pulse: ReplicationPulse
  private let patience: Duration

  /// - Parameters:
  ///   - pulse: the one of the replicator of this process.
  ///   - patience: how long it waits for that without hearing of it. Default: 10 s.
  package init(_ replica: any PermissionReplica, pulse: ReplicationPulse, patience: Duration = Self.patience) {
    self.replica = replica
    self.pulse = pulse
    self.patience = patience
  }

  /// If replication has failed, it is tried once more: who answers and takes no changes can't decide for long.
  package func requireReady() async throws {
    try await replica.requireReady()
    let beat = pulse.beat
    guard pulse.failure != nil else { return }
    pulse.hurry()
    try await beat.wait(atMost: patience)
    if let failure = pulse.failure { throw failure }
  }

  package func decisions(on questions: Set<AccessQuestion>, at store: any UnitOfWorkStore) async throws
    -> GivenDecisions?
  {
    guard !questions.isEmpty else { return nil }
    let tenants = try await caughtUp(Set(questions.map(\.tenantID)), store)
    let questions = questions.filter { tenants[$0.tenantID] != nil }
    let answers = questions.isEmpty ? [:] : try await replica.answers(to: questions, asFreshAs: Self.token(of: tenants))
    return GivenDecisions(answers: answers, sequences: tenants.mapValues(\.sequence))
  }

  /// Tokens can't be compared, and a call takes one of them: several tenants' questions are asked about everything.
  private static func token(of tenants: [TenantID: TenantReplication]) -> String? {
    tenants.count == 1 ? tenants.values.first?.token : nil
  }

  /// Returns how far `tenants` are, as soon as nothing of them waits, without those that are refused.
  ///
  /// - Throws: ``ReplicaError``: what keeps the replicator, or that nothing is heard of it.
  private func caughtUp(
    _ tenants: Set<TenantID>, _ store: any UnitOfWorkStore
  ) async throws -> [TenantID: TenantReplication] {
    let start = ContinuousClock.now
    var lastBeat = start
    while true {
      let beat = pulse.beat
      let progress = try await store.replication(of: tenants)
      let waiting = Set(progress.filter(\.value.isWaiting).keys)
      guard !waiting.isSubset(of: pulse.refused) else { return progress.filter { !$0.value.isWaiting } }
      if let failure = pulse.failure(since: start) { throw failure }
      guard ContinuousClock.now - lastBeat < patience else { throw ReplicaError.notReplicated }
      pulse.hurry()
      try await beat.wait(atMost: Self.poll)
      if beat.isRaised { lastBeat = .now }
    }
  }
}

extension ReplicaError {
  fileprivate static let notReplicated = ReplicaError(
    .unavailable,
    "what was changed in relationships does not get to SpiceDB, so that it can't decide; 'repair' or another worker may have the turn"
  )
}
