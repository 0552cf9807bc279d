import Synchronization
import WorkspaceApplication
import WorkspaceDomain

/// Questions that a service has answered, one for each of the last few tenants: samples of what it can answer.
final class AnsweredQuestions: Sendable {
  /// How many tenants have a sample.
  static let limit = 3

  private let samples = Mutex<[AccessQuestion]>([])

  /// The service has answered these.
  func note(_ questions: Set<AccessQuestion>) {
    guard let sample = questions.randomElement() else { return }
    samples.withLock { samples in
      samples.removeAll { $0.tenantID == sample.tenantID }
      samples.append(sample)
      if samples.count > Self.limit { samples.removeFirst() }
    }
  }

  /// The samples of tenants other than these, the latest first.
  func questions(besides tenants: Set<TenantID>) -> [AccessQuestion] {
    samples.withLock { $0.reversed().filter { !tenants.contains($0.tenantID) } }
  }
}
