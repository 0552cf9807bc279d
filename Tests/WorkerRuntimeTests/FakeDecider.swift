import Synchronization
import TestFixtures
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Decides by a rule of the test, which returns nil for a question that nobody can decide.
final class FakeDecider: AccessDecider {
  /// The number of questions in each call.
  let asked = Journal<Int>()
  /// The errors that calls fail with, in order. Each error makes the worker's next session fail to begin, too, once.
  private let troubles: Mutex<[ReplicaError]>
  private let isReady: Mutex<ReplicaError?>
  /// Whether questions about this tenant can't be decided.
  private let undecidable: TenantID?
  /// Called between the decisions and the unit of work.
  private let meanwhile: @Sendable () async throws -> Void
  private let rule: @Sendable (AccessQuestion) -> Bool?

  init(
    _ rule: @escaping @Sendable (AccessQuestion) -> Bool? = { _ in true }, troubles: [ReplicaError] = [],
    undecidable: TenantID? = nil, meanwhile: @escaping @Sendable () async throws -> Void = {}
  ) {
    self.troubles = Mutex(troubles)
    isReady = Mutex(nil)
    self.undecidable = undecidable
    self.meanwhile = meanwhile
    self.rule = rule
  }

  func decisions(on questions: Set<AccessQuestion>, at store: any UnitOfWorkStore) async throws -> GivenDecisions? {
    asked.note(questions.count)
    if let trouble = troubles.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
      isReady.withLock { $0 = trouble }
      throw trouble
    }
    if let undecidable, questions.contains(where: { $0.tenantID == undecidable }) {
      throw UndecidableQuestions("too slow")
    }
    let tenants = try await store.replication(of: Set(questions.map(\.tenantID)))
    try await meanwhile()
    return GivenDecisions(
      answers: Dictionary(
        uniqueKeysWithValues: questions.compactMap { question in rule(question).map { (question, $0) } }),
      sequences: tenants.mapValues(\.sequence))
  }

  /// Fails once after each failed call for decisions.
  func requireReady() async throws {
    if let trouble = isReady.withLock({ $0.take() }) { throw trouble }
  }
}
