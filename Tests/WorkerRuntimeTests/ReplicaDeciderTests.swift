import Coordination
import ServiceLifecycleTestKit
import Synchronization
import TestFixtures
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

@testable import WorkerRuntime

@Suite(.timeLimit(.minutes(10))) struct ReplicaDeciderTests {
  /// Permits everything, and records each call.
  private final class Permissions: PermissionReplica {
    let asked = Journal<(count: Int, token: String?)>()
    /// Why it does not answer the next questions, and why it is not ready.
    let troubles = Mutex<(answering: [ReplicaError], ready: ReplicaError?)>(([], nil))
    /// Tenants whose questions take too long.
    let slow = Mutex<Set<TenantID>>([])

    func answers(
      to questions: Set<AccessQuestion>, asFreshAs token: String?
    ) async throws(ReplicaError) -> [AccessQuestion: Bool] {
      asked.note((questions.count, token))
      let trouble = troubles.withLock { $0.answering.isEmpty ? nil : $0.answering.removeFirst() }
      if let trouble { throw trouble }
      if slow.withLock({ !$0.isDisjoint(with: questions.map(\.tenantID)) }) {
        throw ReplicaError(.unavailable, "too slow")
      }
      return Dictionary(uniqueKeysWithValues: questions.map { ($0, true) })
    }

    func requireReady() async throws(ReplicaError) {
      if let trouble = troubles.withLock({ $0.ready }) { throw trouble }
    }
  }

  private let store = InMemoryUnitOfWorkStore()
  private let permissions = Permissions()
  private let pulse = ReplicationPulse()

  private func decider(patience: Duration = .seconds(3600)) -> ReplicaDecider {
    ReplicaDecider(permissions, pulse: pulse, patience: patience)
  }

  private func question(_ tenant: UInt64) -> AccessQuestion {
    AccessQuestion(
      tenantID: .sample(tenant), userID: UserID(stored: "ann"), permission: .view, resource: .tenant(.sample(tenant)))
  }

  /// A task, under way, that asks for decisions on tenant 1.
  private var decided: Task<GivenDecisions?, any Error> {
    Task { try await decider().decisions(on: [question(1)], at: store) }
  }

  private func makeKnown(_ tenant: UInt64) async throws {
    _ = try await CommandBatch(store: store, replicatesRelationships: true)
      .run([TenantCommand(tenant, .createRoot(name: nil, id: .sample(tenant)))])
  }

  @Test func `it asks at least as fresh as the tenant's last write, and returns the state it decided on`() async throws
  {
    try await makeKnown(1)
    await store.noteReplicated(token: "now")
    let decisions = try await decider().decisions(on: [question(1)], at: store)
    #expect(decisions == GivenDecisions(answers: [question(1): true], sequences: [.sample(1): 1]))
    #expect(permissions.asked.entries.map(\.token) == ["now"])
  }

  @Test func `for several tenants, or one never replicated, it asks fully consistently`() async throws {
    try await makeKnown(1)
    try await makeKnown(2)
    await store.noteReplicated(token: "now")
    let decisions = try await decider().decisions(on: [question(1), question(2)], at: store)
    #expect(decisions?.sequences == [.sample(1): 1, .sample(2): 1])
    let unknown = try await decider().decisions(on: [question(3)], at: store)
    #expect(unknown?.sequences == [.sample(3): nil])
    #expect(permissions.asked.entries.map(\.token) == [nil, nil])
  }

  @Test(arguments: [ReplicaError.Kind.unavailable, .refused])
  func `questions that fail while the service is ready are told apart from a service that is not`(
    kind: ReplicaError.Kind
  ) async throws {
    let slow = ReplicaError(kind, "too slow")
    permissions.troubles.withLock { $0 = ([slow, slow], nil) }
    await #expect(throws: UndecidableQuestions.self) { try await decider().decisions(on: [question(1)], at: store) }
    let away = ReplicaError(.unavailable, "away")
    permissions.troubles.withLock { $0 = ([slow], away) }
    await #expect(throws: away) { try await decider().decisions(on: [question(1)], at: store) }
    let misconfigured = ReplicaError(.misconfigured, "no key")
    permissions.troubles.withLock { $0 = ([misconfigured], nil) }
    await #expect(throws: misconfigured) { try await decider().decisions(on: [question(1)], at: store) }
  }

  @Test func `a service that was away for a moment is asked again, and nobody is to blame`() async throws {
    permissions.troubles.withLock { $0 = ([ReplicaError(.unavailable, "restarting")], nil) }
    let decisions = try await decider().decisions(on: [question(1)], at: store)
    #expect(decisions?.answers == [question(1): true])
    #expect(permissions.asked.entries.count == 2)
  }

  /// The service is ready, and has answered tenants 2 to 6 before: the last three serve as samples.
  @Test(arguments: [([1], 3), ([1, 5, 6], 5), ([1, 4, 5, 6], 5)])
  func `questions that take too long are to blame only if other tenants' are answered`(slow: [UInt64], asked: Int)
    async throws
  {
    let decider = decider()
    for tenant in UInt64(2)...6 { _ = try await decider.decisions(on: [question(tenant)], at: store) }
    permissions.slow.withLock { $0 = Set(slow.map { .sample($0) }) }
    let isServiceToBlame = Set(slow).isSuperset(of: [4, 5, 6])
    let error = await #expect(throws: (any Error).self) { try await decider.decisions(on: [question(1)], at: store) }
    #expect(error is UndecidableQuestions == !isServiceToBlame)
    #expect((error as? ReplicaError)?.kind == (isServiceToBlame ? .unavailable : nil))
    #expect(permissions.asked.entries.count == 5 + asked, "each question twice, then the samples until an answer")
  }

  @Test func `what is never answered again no longer speaks for the service`() async throws {
    let decider = decider()
    _ = try await decider.decisions(on: [question(2)], at: store)
    permissions.slow.withLock { $0 = [.sample(1), .sample(2)] }
    for _ in 1...AnsweredQuestions.maximumFailures {
      await #expect(throws: ReplicaError.self) { try await decider.decisions(on: [question(1)], at: store) }
    }
    await #expect(throws: UndecidableQuestions.self) { try await decider.decisions(on: [question(1)], at: store) }
  }

  @Test func `a tenant's own answered questions say nothing about the service`() async throws {
    let decider = decider()
    _ = try await decider.decisions(on: [question(1)], at: store)
    permissions.slow.withLock { $0 = [.sample(1)] }
    await #expect(throws: UndecidableQuestions.self) { try await decider.decisions(on: [question(1)], at: store) }
    #expect(permissions.asked.entries.count == 3)
  }

  @Test func `without questions it reads nothing`() async throws {
    #expect(try await decider().decisions(on: [], at: store) == nil)
    #expect(permissions.asked.entries.isEmpty)
  }

  /// The decider waits for changes to be replicated, and hurries the replicator out of its pause.
  @Test func `it asks when nothing of the tenant is pending`() async throws {
    try await makeKnown(1)
    let decisions = decided
    try await pulse.pause(atMost: .seconds(3600))
    #expect(permissions.asked.entries.isEmpty)
    await store.noteReplicated(token: "later")
    pulse.advanced([.sample(1)])
    #expect(try await decisions.value?.sequences == [.sample(1): 1])
    #expect(permissions.asked.entries.map(\.token) == ["later"])
  }

  @Test func `another process may be the replicator`() async throws {
    try await makeKnown(1)
    let decisions = decided
    await store.noteReplicated(token: "elsewhere")
    #expect(try await decisions.value != nil)
  }

  @Test func `the replicator's failure fails the decision, with its reason`() async throws {
    try await makeKnown(1)
    let trouble = ReplicaError(.unavailable, "away")
    pulse.failed(ReplicaError(.misconfigured, "long ago"))
    let decisions = decided
    try await pulse.pause(atMost: .seconds(3600))
    pulse.failed(trouble)
    let told = await #expect(throws: ReplicaError.self) { try await decisions.value }
    #expect(told == trouble)
    #expect(permissions.asked.entries.isEmpty)
  }

  @Test func `a tenant whose changes are refused gets no decision, and delays no other`() async throws {
    try await makeKnown(2)
    await store.noteReplicated(token: "now")
    try await makeKnown(1)
    let decisions = Task { try await decider().decisions(on: [question(1), question(2)], at: store) }
    try await pulse.pause(atMost: .seconds(3600))
    pulse.refused([.sample(1)])
    let others = GivenDecisions(answers: [question(2): true], sequences: [.sample(2): 1])
    #expect(try await decisions.value == others)
    #expect(permissions.asked.entries.map(\.count) == [1])
    // The refusal is known from now on: for that tenant alone the replica is not asked.
    #expect(try await decided.value == GivenDecisions(answers: [:], sequences: [:]))
    #expect(permissions.asked.entries.count == 1)
    // Changes that are taken after all, or that another process replicates, are waited for.
    for ending in [{ pulse.advanced([.sample(1)]) }, { pulse.yieldedTurn() }] {
      ending()
      let waiting = decided
      try await pulse.pause(atMost: .seconds(3600))
      pulse.refused([.sample(1)])
      #expect(try await waiting.value?.answers == [:])
    }
  }

  @Test func `it does not wait forever for a tenant without news`() async throws {
    try await makeKnown(1)
    let told = await #expect(throws: ReplicaError.self) {
      try await decider(patience: .milliseconds(1)).decisions(on: [question(1)], at: store)
    }
    #expect(told?.kind == .unavailable)
  }

  @Test
  func `hurrying ends a replicator's wait after a failure, or the next wait if none has begun`() async throws {
    pulse.hurry()
    try await pulse.pause(atMost: .seconds(3600))
    async let pause: Void = pulse.pause(atMost: .seconds(3600))
    pulse.hurry()
    try await pause
  }

  @Test func `after a replication failure it is ready when replication resumes, or when it runs elsewhere`()
    async throws
  {
    try await decider().requireReady()
    pulse.failed(ReplicaError(.unavailable, "away"))
    let early = Task { try await decider().requireReady() }
    try await pulse.pause(atMost: .seconds(3600))
    pulse.failed(ReplicaError(.unavailable, "still away"))
    await #expect(throws: ReplicaError(.unavailable, "still away")) { try await early.value }
    let late = Task { try await decider().requireReady() }
    try await pulse.pause(atMost: .seconds(3600))
    pulse.advanced([.sample(1)])
    try await late.value
    pulse.failed(ReplicaError(.unavailable, "away"))
    pulse.idle()
    try await decider().requireReady()
  }
}
