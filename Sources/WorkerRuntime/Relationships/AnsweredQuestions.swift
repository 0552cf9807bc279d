import Synchronization
import WorkspaceApplication
import WorkspaceDomain

/// Questions that a service has answered, one for each of the last few tenants: samples of what it can answer.
///
/// A sample that is no longer answered, time after time, may have become hard itself, and is forgotten: tenants with hard
/// questions must not be able to make the service look overloaded for ever.
final class AnsweredQuestions: Sendable {
  /// How many tenants have a sample.
  static let limit = 3
  /// How often in a row a sample is asked in vain.
  static let maximumFailures = 10

  private let samples = Mutex<[(question: AccessQuestion, failures: Int)]>([])

  /// The service has answered these.
  func note(_ questions: some Collection<AccessQuestion>) {
    guard let question = questions.randomElement() else { return }
    samples.withLock { samples in
      samples.removeAll { $0.question.tenantID == question.tenantID }
      samples.append((question, 0))
      if samples.count > Self.limit { samples.removeFirst() }
    }
  }

  /// The service has not answered this sample.
  func noteFailure(_ question: AccessQuestion) {
    samples.withLock { samples in
      guard let index = samples.firstIndex(where: { $0.question == question }) else { return }
      samples[index].failures += 1
      if samples[index].failures >= Self.maximumFailures { samples.remove(at: index) }
    }
  }

  /// The samples of tenants other than these, the latest first.
  func questions(besides tenants: Set<TenantID>) -> [AccessQuestion] {
    samples.withLock { $0.reversed().map(\.question).filter { !tenants.contains($0.tenantID) } }
  }
}
