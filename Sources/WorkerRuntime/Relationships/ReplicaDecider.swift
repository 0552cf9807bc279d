import Coordination
package import UnitOfWork
package import WorkspaceApplication
import WorkspaceDomain

/// Delegates decisions to the service that relationships are replicated to, based on everything that was committed for
/// the tenants in question.
///
/// 1. Waits until nothing of these tenants is left to replicate. Meanwhile it hurries the replicator, which alone
///    writes to the service.
/// 2. Asks the service for answers at least as fresh as the last of these writes. Questions about tenants whose changes
///    the service refuses are left out: it can't decide for them, and the other tenants must not wait.
/// 3. The unit of work compares the tenants' sequences, read before step 2, with those under its locks.
package struct ReplicaDecider: AccessDecider {
  /// How long it waits for the replicator without hearing from it.
  package static let patience: Duration = .seconds(10)
  /// How often it checks the outbox itself: another process may be replicating.
  private static let poll: Duration = .milliseconds(50)
  /// How often a ready service is asked questions that it does not answer.
  private static let attempts = 2

  /// How long questions that are too hard for a service can delay one run of a batch. What it answers besides, to show
  /// that it is ready, takes it no time.
  package static let longestDecision = UndecidableQuestions.callLimit * attempts

  private let replica: any PermissionReplica
  private let pulse: ReplicationPulse
  private let patience: Duration
  private let answered = AnsweredQuestions()

  /// - Parameters:
  ///   - pulse: that of this process's replicator.
  ///   - patience: how long it waits for the replicator without hearing from it. Default: 10 s.
  package init(_ replica: any PermissionReplica, pulse: ReplicationPulse, patience: Duration = Self.patience) {
    self.replica = replica
    self.pulse = pulse
    self.patience = patience
  }

  /// Retries a failed replication once: a service that answers but accepts no changes can't decide for long.
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
    let answers = questions.isEmpty ? [:] : try await answers(to: questions, asFreshAs: Self.token(of: tenants))
    return GivenDecisions(answers: answers, sequences: tenants.mapValues(\.sequence))
  }

  /// - Throws: ``UndecidableQuestions`` if the service is ready nevertheless: questions that take it too long must not
  ///   stop everybody else's. ``ReplicaError`` if it does not answer other tenants' questions either.
  private func answers(
    to questions: Set<AccessQuestion>, asFreshAs token: String?
  ) async throws -> [AccessQuestion: Bool] {
    var attempt = 1
    while true {
      do throws(ReplicaError) {
        let answers = try await replica.answers(to: questions, asFreshAs: token)
        answered.note(answers.keys)
        return answers
      } catch {
        guard error.kind != .misconfigured else { throw error }
        try await replica.requireReady()
        // A service that has just come back has not been asked yet.
        guard error.kind == .unavailable, attempt < Self.attempts else {
          if error.kind == .unavailable { try await requireAnswers(besides: questions) }
          throw UndecidableQuestions("permissions can't be decided: \(error)")
        }
        attempt += 1
      }
    }
  }

  /// Tells a service that is too busy for anybody from questions that are too hard for it: asks again what it has
  /// answered for tenants other than those of `questions`.
  ///
  /// - Throws: ``ReplicaError`` if none of that is answered now. Not if there is nothing to ask.
  private func requireAnswers(besides questions: Set<AccessQuestion>) async throws(ReplicaError) {
    var trouble: ReplicaError?
    for question in answered.questions(besides: Set(questions.map(\.tenantID))) {
      do throws(ReplicaError) {
        answered.note(try await replica.answers(to: [question], asFreshAs: nil).keys)
        return
      } catch {
        answered.noteFailure(question)
        trouble = error
      }
    }
    if let trouble { throw ReplicaError(.unavailable, "not even questions answered before: \(trouble.description)") }
  }

  /// Tokens can't be compared, and a call takes only one: questions about several tenants are asked with full
  /// consistency.
  private static func token(of tenants: [TenantID: TenantReplication]) -> String? {
    tenants.count == 1 ? tenants.values.first?.token : nil
  }

  /// Waits until none of `tenants` has changes left to replicate, except for refused ones, and returns how far the
  /// others are.
  ///
  /// - Throws: ``ReplicaError`` if replication fails, or nothing is heard from the replicator.
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
    "relationship changes are not reaching SpiceDB, so it can't decide; 'repair' or another worker may be replicating"
  )
}
