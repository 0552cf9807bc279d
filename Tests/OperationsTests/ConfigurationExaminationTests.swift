import Operations
import Settings
import Testing
import WorkerRuntime
import WorkspaceApplication

@Suite struct ConfigurationExaminationTests {
  private func finding(
    _ check: String, consumerTimeout: Duration = .seconds(1800),
    _ change: (inout WorkerConfiguration) -> Void = { _ in }
  ) -> Finding? {
    var configuration = WorkerConfiguration()
    change(&configuration)
    return ConfigurationExamination(configuration, consumerTimeout: consumerTimeout).findings().first {
      $0.check == check
    }
  }

  @Test func `the defaults match RabbitMQ's`() {
    let findings = ConfigurationExamination(WorkerConfiguration(), consumerTimeout: .seconds(1800)).findings()
    #expect(
      findings.map(\.check) == [
        "configuration", "deadlines.consumer_timeout", "retention.replay", "deadlines.drain", "authorization.rules",
      ])
    #expect(findings.allSatisfy { $0.status == .ok })
  }

  /// The longest batch takes 10 s, and 2 s each, for reading and for committing, for its last run, two halvings and the
  /// verdict.
  @Test(arguments: [(17, Finding.Status.problem), (18, .warning), (35, .warning), (36, .ok)])
  func `the broker waits for the longest batch, and for one before it`(seconds: Int, status: Finding.Status) {
    let finding = finding("deadlines.consumer_timeout", consumerTimeout: .seconds(seconds)) { configuration in
      configuration.worker.batchCount = 4
      configuration.worker.handlerDeadline = .seconds(10)
      configuration.postgres.responseTimeout = .seconds(1)
    }
    #expect(finding?.status == status)
    #expect(finding?.detail.contains("within about 18s;") == true, "\(finding?.detail ?? "")")
  }

  @Test func `SpiceDB has 20 s for the last run and each halving`() {
    let finding = finding("deadlines.consumer_timeout", consumerTimeout: .seconds(200)) { configuration in
      configuration.worker.batchCount = 4
      configuration.worker.handlerDeadline = .seconds(10)
      configuration.postgres.responseTimeout = .seconds(1)
      configuration.authorization.provider = .spicedb
    }
    #expect(finding?.detail.contains("within about 78s;") == true, "\(finding?.detail ?? "")")
  }

  @Test func `who decides on permissions is named, and that nothing is denied is a warning`() {
    #expect(finding("authorization.rules")?.detail.contains("the database decides") == true)
    #expect(finding("authorization.rules") { $0.authorization.provider = .spicedb }?.detail.contains("SpiceDB") == true)
    #expect(
      finding("authorization.rules") { $0.authorization.rules.requiresUser = true }?.detail.hasSuffix("rejected")
        == true)
    #expect(finding("authorization.rules") { $0.authorization.rules.isEnforced = false }?.status == .warning)
  }

  @Test(arguments: [(4, Finding.Status.warning), (5, .ok)])
  func `a drain has at least five seconds`(seconds: Int, status: Finding.Status) {
    #expect(finding("deadlines.drain") { $0.worker.drainTimeout = .seconds(seconds) }?.status == status)
  }
}
