import SpiceDBAuthorization
import SpiceDBClient
import Synchronization
import TestFixtures
import Testing
import UnitOfWork
import WorkspaceDomain

@Suite struct RelationshipComparisonTests {
  private static let ann = Member.user(UserID(stored: "ann"))

  /// The relationships of a tenant: group 20, root 1 with workspaces 2 to 9 below it, and "ann", who is the admin of
  /// the tenant and an editor of 2 to 9.
  private static let relationships: [Relationship] =
    [
      .root(.sample(1), of: .sample(1)), .role(.admin, of: ann, on: .tenant(.sample(1))),
      .tenant(.sample(1), of: .group(.sample(20))),
    ]
    + Relationship.of(.sample(1), below: nil, in: .sample(1), opensRoot: true)
    + (2...9).flatMap { number in
      Relationship.of(.sample(number), below: .sample(1), in: .sample(1), opensRoot: true)
        + [.role(.editor, of: ann, on: .workspace(.sample(number)))]
    }

  private static let all = relationships.map { SpiceDBRelationship($0) }

  private func differences(_ tables: FakeTables, _ source: FakeSource, of tenantID: TenantID? = nil) async throws -> (
    Set<RelationshipDifference>, objects: Int
  ) {
    var (differences, objects): ([RelationshipDifference], Int) = ([], 0)
    let comparison = RelationshipComparison(of: source, with: tables)
    let take = { (found: [RelationshipDifference]) in
      differences += found
      objects += 1
    }
    if let tenantID { try await comparison.compare(tenantID, take) } else { try await comparison.compare(take) }
    #expect(Set(differences).count == differences.count)
    return (Set(differences), objects)
  }

  @Test(arguments: [nil, .sample(1)] as [TenantID?])
  func `equal relationships have no difference`(tenantID: TenantID?) async throws {
    let (differences, objects) = try await differences(
      FakeTables(Self.relationships), FakeSource(Self.all.shuffled()), of: tenantID)
    #expect(differences.isEmpty)
    #expect(objects == 11)
  }

  @Test func `each missing or surplus relationship is found, and no other`() async throws {
    var random = SeededRandom(seed: 1)
    for _ in 0..<100 {
      let missing = Set(Self.all.filter { _ in Int.random(in: 0..<6, using: &random) == 0 })
      let surplus = Set(
        (0..<4).map { _ in
          let object: Resource = .workspace(.sample(.random(in: 1...14, using: &random)))
          return SpiceDBRelationship(.role(.admin, of: .user(UserID(stored: "eve")), on: object))
        })
      let source = FakeSource(Self.all.filter { !missing.contains($0) } + surplus)
      let (differences, _) = try await differences(FakeTables(Self.relationships), source)
      #expect(differences == Set(missing.map { .missing($0) }).union(surplus.map { .surplus($0) }))
    }
  }

  @Test func `for one tenant, relationships that only SpiceDB has are found, and none of other tenants`() async throws {
    let stranger = Relationship.of(.sample(50), below: nil, in: .sample(2), opensRoot: false)
    let ghost = Relationship.of(.sample(60), below: .sample(1), in: .sample(1), opensRoot: false)
    let source = FakeSource(Self.all + (stranger + ghost).map { SpiceDBRelationship($0) })
    let (differences, _) = try await differences(FakeTables(Self.relationships), source, of: .sample(1))
    #expect(differences == Set(ghost.map { .surplus(SpiceDBRelationship($0)) }))
  }

  @Test func `unordered results from SpiceDB can't be compared, and don't count as different`() async throws {
    let source = FakeSource(Self.all.reversed(), isOrdered: false)
    await #expect(throws: UnorderedRelationships.self) {
      _ = try await differences(FakeTables(Self.relationships), source)
    }
  }

  @Test func `changes replicated in the meantime are no difference`() async throws {
    let tables = FakeTables(Self.relationships)
    let source = FakeSource(Array(Self.all.dropFirst(2)))
    let comparison = RelationshipComparison(of: source, with: tables)
    let candidates = Self.all.prefix(2).map { RelationshipDifference.missing($0) }
    source.apply([.touch(Self.all[0])])
    #expect(try await comparison.confirmed(candidates, patience: .zero) == [.missing(Self.all[1])])
  }

  @Test func `pending changes are waited for`() async throws {
    let tables = FakeTables(Self.relationships)
    tables.state.withLock { $0.waiting = [3...5, 3...5, 5...9, 6...9] }
    let comparison = RelationshipComparison(of: FakeSource([]), with: tables)
    #expect(try await comparison.confirmed([.missing(Self.all[0])], patience: .seconds(3600))?.count == 1)
    #expect(tables.state.withLock { $0.waiting } == [6...9], "later changes are not waited for")
  }

  @Test func `a SpiceDB that stays behind says nothing about differences`() async throws {
    let tables = FakeTables(Self.relationships)
    tables.state.withLock { $0.waiting = [3...5] }
    let comparison = RelationshipComparison(of: FakeSource([]), with: tables)
    #expect(try await comparison.confirmed([.missing(Self.all[0])], patience: .zero) == nil)
  }

  @Test(arguments: [1, 3, 100])
  func `an audit covers all objects, a slice at a time, and starts over`(limit: Int) async throws {
    let eve = SpiceDBRelationship(.role(.admin, of: .user(UserID(stored: "eve")), on: .workspace(.sample(5))))
    let audit = SpiceDBAudit(
      RelationshipComparison(of: FakeSource(Self.all.dropLast() + [eve]), with: FakeTables(Self.relationships)))
    var (objects, differences, position): (Int, Int, AuditPosition?) = (0, 0, nil)
    repeat {
      let report = try await audit.compare(after: position, limit: limit)
      #expect(report.objects <= limit && (report.example == nil) == (report.differences == 0))
      objects += report.objects
      differences += report.differences
      position = report.next
    } while position != nil
    #expect(objects == 11)
    #expect(differences == 2)
  }

  @Test func `a repair makes both equal, in writes that SpiceDB accepts`() async throws {
    let many = (100...1700).flatMap { Relationship.of(.sample($0), below: .sample(1), in: .sample(1), opensRoot: true) }
    let tables = FakeTables(Self.relationships + many)
    let eve = SpiceDBRelationship(.role(.admin, of: .user(UserID(stored: "eve")), on: .workspace(.sample(3))))
    let source = FakeSource([eve] + Self.all.dropFirst(3))
    var writes: [Int] = []
    var repair = RelationshipRepair(from: tables) { updates in
      writes.append(updates.count)
      source.apply(updates)
    }
    let comparison = RelationshipComparison(of: FakeSource(Array(source.all)), with: tables)
    try await comparison.compare { try await repair.mend($0) }
    try await repair.flush()
    #expect(source.all == Set((Self.relationships + many).map { SpiceDBRelationship($0) }))
    #expect(writes == [1000, 1000, 1000, 206])
    #expect(repair.report.added == 3205 && repair.report.removed == 1)
  }

  @Test func `a long stretch of relationships that only SpiceDB has does not leave the database's session idle`()
    async throws
  {
    let ghosts = (100...130).flatMap { Relationship.of(.sample($0), below: nil, in: .sample(1), opensRoot: false) }
    let source = FakeSource(ghosts.map { SpiceDBRelationship($0) })
    let tables = FakeTables([])
    _ = try await differences(tables, source)
    #expect(tables.state.withLock { $0.pings } >= source.pages, "at least one for each page of SpiceDB's")
    #expect(source.pages > 10)
  }

  @Test func `a repair whose session is lost, and with it its turn, writes nothing more`() async throws {
    let tables = FakeTables(Self.relationships)
    var writes = 0
    var repair = RelationshipRepair(from: tables) { _ in writes += 1 }
    try await repair.mend([.missing(Self.all[0])])
    tables.state.withLock { $0.isLost = true }
    await #expect(throws: UnitOfWorkError.self) { try await repair.flush() }
    #expect(writes == 0)
  }
}

@Suite struct SchemaDifferenceTests {
  @Test func `comments, white space and order make no difference`() {
    let text = AuthorizationSchema.text.replacing("\n  ", with: "\n\t\t").replacing("definition user {}", with: "")
    #expect(SchemaDifference(of: text + "\ndefinition user {\n}\n// more", from: AuthorizationSchema.text).isEmpty)
  }

  @Test func `missing and surplus definitions are named`() {
    let text = AuthorizationSchema.text.replacing("relation parent: workspace", with: "relation above: workspace")
    let difference = SchemaDifference(of: text, from: AuthorizationSchema.text)
    #expect(difference.lacking == ["workspace: relation parent: workspace"])
    #expect(difference.surplus == ["workspace: relation above: workspace"])
    #expect(
      difference.description
        == "lacks 'workspace: relation parent: workspace'; additionally has 'workspace: relation above: workspace'")
  }
}
