import Operations
import Testing
import UnitOfWork

/// What doctor says of SpiceDB.
@Suite struct ReplicaExaminationTests {
  private struct FakeReplica: ExaminedReplica {
    let answer: Result<ReplicaSchema, ReplicaObstacle>
    let address = "spicedb.example:50051"

    func schema() async throws(ReplicaObstacle) -> ReplicaSchema { try answer.get() }
  }

  private struct FakeLag: ReplicationLagSource {
    struct Unknown: Error {}

    let value: ReplicationLag?

    func lag() async throws -> ReplicationLag {
      guard let value else { throw Unknown() }
      return value
    }
  }

  private func findings(
    _ answer: Result<ReplicaSchema, ReplicaObstacle>, _ lag: ReplicationLag? = ReplicationLag(count: 0, age: .zero)
  ) async -> [Finding] {
    await ReplicaExamination(FakeReplica(answer: answer), lag: FakeLag(value: lag)).findings()
  }

  @Test(
    arguments: [
      (.success(.expected), "authorization.schema", .ok, nil),
      (.success(.missing), "authorization.schema", .problem, "authorization schema --apply"),
      (.success(.different("lacks 'user'")), "authorization.schema", .problem, "authorization schema --apply"),
      (.failure(.loginRefused("no")), "authorization.token", .problem, "authorization.spicedb.token_file"),
      (.failure(.unreachable("gone")), "authorization.spicedb", .problem, "authorization.spicedb.endpoint"),
    ] as [(Result<ReplicaSchema, ReplicaObstacle>, String, Finding.Status, String?)])
  func `each state of SpiceDB is a finding with a remedy`(
    answer: Result<ReplicaSchema, ReplicaObstacle>, check: String, status: Finding.Status, remedy: String?
  ) async throws {
    let finding = try #require(await findings(answer).first)
    #expect(finding.check == check)
    #expect(finding.status == status)
    #expect(remedy.map { finding.remedy?.contains($0) == true } ?? (finding.remedy == nil))
  }

  @Test func `a lag of more than a minute is a warning, and the check is skipped if the database does not answer`()
    async
  {
    let late = await findings(.success(.expected), ReplicationLag(count: 7, age: .seconds(61)))
    #expect(
      late.last
        == .warning(
          "authorization.lag", "7 commits are waiting to be replicated, the oldest for 61 s",
          remedy: "an active worker replicates; its log says what prevents it"))
    let usual = await findings(.success(.expected), ReplicationLag(count: 7, age: .seconds(60)))
    #expect(usual.last?.status == .ok)
    #expect(await findings(.success(.expected), nil).map(\.check) == ["authorization.schema"])
  }

  private struct FakeAudit: RelationshipAudit {
    let differences: Int

    func compare(after position: AuditPosition?, limit: Int) async throws -> AuditReport {
      AuditReport(objects: 3, differences: differences, example: differences > 0 ? "missing: a" : nil, next: nil)
    }
  }

  @Test func `if SpiceDB decides, differences are problems, and its absence stops commands`() async {
    let lag = FakeLag(value: nil)
    let filled = await ReplicaExamination(
      FakeReplica(answer: .success(.expected)), lag: lag, audit: FakeAudit(differences: 0)
    ).findings()
    #expect(
      filled.last
        == .ok(
          "authorization.relationships", "SpiceDB decides; the relationships of the first 3 tenants match the database")
    )
    let empty = await ReplicaExamination(
      FakeReplica(answer: .success(.expected)), lag: lag, audit: FakeAudit(differences: 2)
    ).findings()
    #expect(
      empty.last
        == .problem(
          "authorization.relationships", "SpiceDB decides, but differs from the database: missing: a",
          remedy: "workspace-worker authorization repair"))
    let away = await ReplicaExamination(
      FakeReplica(answer: .failure(.unreachable("gone"))), lag: lag, audit: FakeAudit(differences: 0)
    ).findings()
    #expect(away.first?.remedy?.hasSuffix("it decides, so commands wait") == true)
  }
}
