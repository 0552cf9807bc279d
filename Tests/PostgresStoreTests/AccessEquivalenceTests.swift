import PostgresClient
import TestFixtures
import TestSupport
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Members, groups and permissions on PostgreSQL: the same commands have the same outcomes, events and rows as in
/// memory.
@Suite(.requiresPostgres, .migratedDatabase) struct AccessEquivalenceTests {
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `random batches have the same results on PostgreSQL as in memory`(seed: UInt64) async throws {
    try await TestDatabase.current.withStore { store, _ in
      var source = CommandSource(seed: seed)
      let rules = AccessRules(isEnforced: seed != 3, opensRoot: seed % 2 == 0)
      let real = CommandBatch(store: store, access: rules)
      let model = CommandBatch(access: rules)
      var halved = 0
      // All seeds share one database, so each has tenant ids of its own.
      for tenant in 1...6 as ClosedRange<UInt64> {
        source.base = seed * 1000 + tenant * 100
        let tenant = source.base
        let founding = source.founding(of: tenant, count: 5)
        _ = try await (real.run(founding), model.run(founding))
        for _ in 0..<10 {
          let commands = (0..<Int.random(in: 1...12, using: &source.random)).map { _ in
            source.access(of: tenant, count: 5)
          }
          let result = try await real.runSplit(commands, halved: &halved)
          let expected = try await model.runSplit(commands, halved: &halved)
          #expect(result.outcomes == expected.outcomes, "\(commands)")
          #expect(result.events == expected.events)
          #expect(try await real.workspaces(of: [tenant]) == model.workspaces(of: [tenant]), "\(commands)")
        }
      }
    }
  }

  @Test func `tenants that come and go, with ids in common, have the same results as in memory`() async throws {
    try await TestDatabase.current.withStore { store, _ in
      var source = CommandSource(seed: 7)
      let (real, model) = (CommandBatch(store: store), CommandBatch())
      let tenants: ClosedRange<UInt64> = 1...3
      var halved = 0
      for _ in 0..<100 {
        let commands = (0..<Int.random(in: 1...14, using: &source.random)).map { _ in source.turnover(of: tenants) }
        let result = try await real.runSplit(commands, halved: &halved)
        let expected = try await model.runSplit(commands, halved: &halved)
        #expect(result.outcomes == expected.outcomes, "\(commands)")
        #expect(result.events == expected.events)
        #expect(try await real.workspaces(of: tenants) == model.workspaces(of: tenants), "\(commands)")
      }
    }
  }

  @Test func `deleting a tenant in the batch that deletes its last child removes all members and groups`() async throws
  {
    try await TestDatabase.current.withStore { store, _ in
      let (batch, model) = (CommandBatch(store: store), CommandBatch())
      let batches: [[TenantCommand]] = [
        [
          TenantCommand(8, .createRoot(name: nil, id: .sample(80)), by: "boss"),
          TenantCommand(8, .create(name: "last", parentID: .sample(80), id: .sample(81))),
          TenantCommand(8, SetTenantMember(userID: UserID(stored: "member"), role: .member)),
          TenantCommand(8, CreateGroup(name: "g", id: .sample(82))),
        ],
        [TenantCommand(8, .delete(id: .sample(81))), TenantCommand(8, DeleteTenant())],
        [TenantCommand(8, .createRoot(name: nil, id: .sample(83)), by: "heir")],
        [
          TenantCommand(8, ListTenantMembers(limit: 9, after: nil)), TenantCommand(8, ListGroups(limit: 9, after: nil)),
        ],
      ]
      var (halved, outcomes) = (0, [CommandResult]())
      for commands in batches {
        let result = try await batch.runSplit(commands, halved: &halved)
        let expected = try await model.runSplit(commands, halved: &halved)
        #expect(result.outcomes == expected.outcomes)
        #expect(result.events == expected.events)
        outcomes = result.outcomes
      }
      let heir = Membership(member: .user(UserID(stored: "heir")), role: .admin)
      #expect(
        outcomes == [
          .success(.members(.tenant(.sample(8)), MemberPage(members: [heir], next: nil))),
          .success(.groupPage(GroupPage(groups: [], next: nil))),
        ])
    }
  }

  @Test func `reading what decides a batch of checked commands is one statement, however many they are`() async throws {
    try await TestDatabase.current.withStore { store, connection in
      let batch = CommandBatch(store: store)
      _ = try await batch.run([TenantCommand(7, .createRoot(name: nil, id: .sample(70)), by: "alice")])
      for count in [1, 200] {
        let before = await connection.statistics
        let names = (0..<count).map { "\(count) \($0)" }
        let result = try await batch.run(
          names.map { TenantCommand(7, .create(name: $0, parentID: .sample(70), id: nil), by: "alice") })
        #expect(result.outcomes.allSatisfy { $0.error == nil })
        let after = await connection.statistics
        #expect(after.roundTrips - before.roundTrips == 2)
        // The statements: begin, tenants, ids, names, chains, decisions, founders; insertion, roles, commit.
        #expect(after.statements - before.statements == 10)
      }
    }
  }
}
