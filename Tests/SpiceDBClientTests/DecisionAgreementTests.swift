import EndToEndSupport
import SpiceDBAuthorization
import SpiceDBClient
import TestFixtures
import TestSupport
import Testing
import UnitOfWork
import WorkerRuntime
import WorkspaceApplication
import WorkspaceDomain

/// Random user commands have the same outcomes whether the roles in memory or SpiceDB decide. Each test has a SpiceDB
/// double of its own.
@Suite struct DecisionAgreementTests {
  /// A store whose relationships are replicated to SpiceDB before anything is decided there.
  private struct Decided {
    let store = InMemoryUnitOfWorkStore()
    let spicedb: SpiceDBConnection
    let access: AccessRules

    var batch: CommandBatch {
      let decider = ReplicaDecider(SpiceDBPermissions(spicedb), pulse: ReplicationPulse())
      return CommandBatch(
        store: store, access: access, replicatesRelationships: true,
        decide: { [store, spicedb] questions, _ throws(UnitOfWorkError) in
          do {
            try await Self.replicate(store, to: SpiceDBReplica(spicedb))
            return try await decider.decisions(on: questions, at: store)
          } catch {
            throw .unavailable(reason: "\(error)")
          }
        })
    }

    private static func replicate(_ store: InMemoryUnitOfWorkStore, to replica: SpiceDBReplica) async throws {
      var token: String?
      for commit in await store.waitingRelationshipCommits { token = try await replica.write(commit.changes) }
      if let token { await store.noteReplicated(token: token) }
    }
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `random batches have the outcomes and events of their commands run one by one, decided in memory`(
    seed: UInt64
  ) async throws {
    try await SpiceDBDouble().connect { spicedb in
      var source = CommandSource(seed: seed)
      var (halved, denied) = (0, 0)
      for round in 0..<4 {
        // Each round has ids of its own, because the double keeps the relationships of the rounds before.
        source.base = UInt64(round) * 100
        let tenant = UInt64(round) + 1
        let access = AccessRules(opensRoot: round % 3 != 0)
        let (single, decided) = (CommandBatch(access: access), Decided(spicedb: spicedb, access: access).batch)
        let founding = source.founding(of: tenant, count: 5)
        for command in founding { _ = try await single.run([command]) }
        _ = try await decided.runSplit(founding, halved: &halved)
        for _ in 0..<12 {
          let commands = (0..<Int.random(in: 1...12, using: &source.random)).map { _ in
            source.access(of: tenant, count: 5)
          }
          let (outcomes, events) = try await single.runSingly(commands)
          let result = try await decided.runSplit(commands, halved: &halved)
          #expect(result.outcomes == outcomes, "\(commands)")
          #expect(result.events == events)
          denied += outcomes.count { [.permissionDenied, .workspaceNotFound].contains($0.error?.rejection?.code) }
        }
      }
      #expect(denied > 20 && halved > 20, "\(denied) \(halved)")
    }
  }

  @Test func `more than 10,000 questions are each answered correctly`() async throws {
    try await SpiceDBDouble().connect { spicedb in
      let tenant = TenantID.sample(1)
      let token = try await SpiceDBReplica(spicedb).write([
        .added(.role(.member, of: .user(UserID(stored: "u7")), on: .tenant(tenant)))
      ])
      let questions = (0..<10_050).map { number in
        AccessQuestion(
          tenantID: tenant, userID: UserID(stored: "u\(number)"), permission: .view, resource: .tenant(tenant))
      }
      let answers = try await SpiceDBPermissions(spicedb).answers(to: Set(questions), asFreshAs: token)
      #expect(answers.count == questions.count)
      #expect(answers.filter(\.value).keys.map(\.userID.text) == ["u7"])
    }
  }

  @Test func `an answer is as fresh as the token, or fully consistent if the token is expired or missing`()
    async throws
  {
    let double = try await SpiceDBDouble()
    try await double.connect { spicedb in
      let (tenant, replica) = (TenantID.sample(1), SpiceDBReplica(spicedb))
      let ann = UserID(stored: "ann")
      let question = AccessQuestion(tenantID: tenant, userID: ann, permission: .view, resource: .tenant(tenant))
      let role = Relationship.role(.member, of: .user(ann), on: .tenant(tenant))
      let before = try await replica.write([.removed(role)])
      try await double.freezeSnapshot(true)
      let after = try await replica.write([.added(role)])
      let permissions = SpiceDBPermissions(spicedb)
      #expect(
        try await permissions.answers(to: [question], asFreshAs: before) == [question: false],
        "stale, as the token allows")
      #expect(try await permissions.answers(to: [question], asFreshAs: after) == [question: true])
      #expect(try await permissions.answers(to: [question], asFreshAs: nil) == [question: true])
      try await double.forgetHistory()
      #expect(try await permissions.answers(to: [question], asFreshAs: before) == [question: true])
    }
  }

  @Test func `a token that SpiceDB can't read is as good as none`() async throws {
    try await SpiceDBDouble().connect { spicedb in
      let (tenant, ann) = (TenantID.sample(1), UserID(stored: "ann"))
      _ = try await SpiceDBReplica(spicedb).write([.added(.role(.member, of: .user(ann), on: .tenant(tenant)))])
      let question = AccessQuestion(tenantID: tenant, userID: ann, permission: .view, resource: .tenant(tenant))
      #expect(
        try await SpiceDBPermissions(spicedb).answers(to: [question], asFreshAs: "of another datastore")
          == [question: true])
    }
  }

  @Test func `a question that SpiceDB was too busy for is asked again, and fails the call if it stays so`() async throws
  {
    let double = try await SpiceDBDouble()
    try await double.connect { spicedb in
      let (tenant, ann) = (TenantID.sample(1), UserID(stored: "ann"))
      _ = try await SpiceDBReplica(spicedb).write([.added(.role(.member, of: .user(ann), on: .tenant(tenant)))])
      let questions = ["ann", "bob"].map {
        AccessQuestion(tenantID: tenant, userID: UserID(stored: $0), permission: .view, resource: .tenant(tenant))
      }
      let permissions = SpiceDBPermissions(spicedb)
      try await double.order([
        .init("CheckBulkPermissions") { ($0.code, $0.onlyFirstCheck, $0.times) = ("RESOURCE_EXHAUSTED", true, 2) }
      ])
      #expect(
        try await permissions.answers(to: Set(questions), asFreshAs: nil) == [questions[0]: true, questions[1]: false])
      try await double.order([
        .init("CheckBulkPermissions") { ($0.code, $0.onlyFirstCheck, $0.times) = ("RESOURCE_EXHAUSTED", true, 100) }
      ])
      await #expect(throws: ReplicaError.self) { try await permissions.answers(to: Set(questions), asFreshAs: nil) }
    }
  }

  @Test func `it is ready with the key and the schema, and otherwise says what is wrong`() async throws {
    let double = try await SpiceDBDouble()
    try await SpiceDBConnection.withConnection(double.configuration(), logger: .silent) { spicedb in
      let permissions = SpiceDBPermissions(spicedb)
      #expect(try await Self.obstacle(to: permissions)?.kind == .misconfigured)
      _ = try await spicedb.write(schema: AuthorizationSchema.text)
      #expect(try await Self.obstacle(to: permissions) == nil)
      try double.accept(["another"])
      let refused = try await Self.obstacle(to: permissions)
      #expect(refused?.kind == .misconfigured)
      #expect(refused?.description.contains("SpiceDB does not accept the key") == true)
    }
  }

  /// Why no decisions can be had, once the double answers: on a busy machine it may not do so in time.
  private static func obstacle(to permissions: SpiceDBPermissions) async throws -> ReplicaError? {
    var obstacle: ReplicaError?
    try await Patience.poll(for: "the double answers") {
      do throws(ReplicaError) {
        try await permissions.requireReady()
        obstacle = nil
      } catch {
        obstacle = error
      }
      return obstacle?.kind != .unavailable
    }
    return obstacle
  }
}
