import SpiceDBClient
import Testing

/// Every call, against the double or, when run by `bin/check-spicedb`, against a real SpiceDB.
@Suite struct SpiceDBContractTests {
  private let tenant = "tenant:\(SpiceDBUnderTest.id())"

  private func filter(_ relation: String? = nil, subject: RelationshipFilter.Subject? = nil) -> RelationshipFilter {
    RelationshipFilter(
      resourceType: "tenant", resourceID: SpiceDBObject(tenant).id, relation: relation, subject: subject)
  }

  private func touches(_ count: Int, relation: String = "member") -> [RelationshipUpdate] {
    (0..<count).map { .touch(SpiceDBRelationship("\(tenant)#\(relation)@user:u\($0)")) }
  }

  @Test func `SpiceDB reports that it serves`() async throws {
    try await SpiceDBUnderTest.connect { spicedb in
      let isServing = try await spicedb.isServing()
      #expect(isServing)
    }
  }

  @Test func `a write is visible to readers with its token, and both kinds of change can be repeated`() async throws {
    try await SpiceDBUnderTest.connect { spicedb in
      let relationship = SpiceDBRelationship("\(tenant)#admin@user:alice")
      let item = CheckItem("\(tenant)#administrate@user:alice")
      #expect(try await !spicedb.check(item, .full))
      for _ in 1...2 {
        let token = try await spicedb.write([.touch(relationship)], metadata: ["command": "1"])
        #expect(try await spicedb.check(item, .atLeastAsFresh(token)))
        #expect(try await spicedb.check(item, .atExactly(token)))
      }
      for _ in 1...2 {
        let token = try await spicedb.write([.delete(relationship)])
        #expect(try await !spicedb.check(item, .atLeastAsFresh(token)))
      }
    }
  }

  @Test func `a role changes in one step, and an exact token shows the earlier state`() async throws {
    try await SpiceDBUnderTest.connect { spicedb in
      let (member, admin) = (
        SpiceDBRelationship("\(tenant)#member@user:u"), SpiceDBRelationship("\(tenant)#admin@user:u")
      )
      let before = try await spicedb.write([.touch(member)])
      let after = try await spicedb.write([.delete(member), .touch(admin)])
      #expect(try await spicedb.relationships(filter(), .atExactly(before)).relationships == [member])
      #expect(try await spicedb.relationships(filter(), .atExactly(after)).relationships == [admin])
    }
  }

  @Test func `a write whose precondition fails changes nothing`() async throws {
    try await SpiceDBUnderTest.connect { spicedb in
      let error = await failure { () async throws(SpiceDBError) in
        try await spicedb.write(touches(2), preconditions: [.isAbsent(filter("admin")), .exists(filter("admin"))])
      }
      #expect(error?.kind == .preconditionFailed && error?.mayHaveBeenMade == false)
      #expect(error?.reason == "ERROR_REASON_WRITE_OR_DELETE_PRECONDITION_FAILURE")
      #expect(try await spicedb.relationships(filter(), .full).relationships.isEmpty)
      _ = try await spicedb.write(touches(2), preconditions: [.isAbsent(filter("admin"))])
      _ = try await spicedb.write(touches(3), preconditions: [.exists(filter("member"))])
      #expect(try await spicedb.relationships(filter(), .full).relationships.count == 3)
    }
  }

  @Test func `1,000 changes are one write`() async throws {
    try await SpiceDBUnderTest.connect { spicedb in
      _ = try await spicedb.write(touches(1000))
      let page = try await spicedb.relationships(filter(), .full)
      #expect(page.relationships.count == 1000)
      let deletion = try await spicedb.delete(filter())
      #expect(deletion.isComplete)
      #expect(try await spicedb.relationships(filter(), .atLeastAsFresh(deletion.deletedAt)).relationships.isEmpty)
    }
  }

  @Test func `a deletion with a limit continues until it is complete`() async throws {
    try await SpiceDBUnderTest.connect { spicedb in
      _ = try await spicedb.write(touches(5) + [.touch(SpiceDBRelationship("\(tenant)#admin@user:u0"))])
      var calls = 1
      while try await !spicedb.delete(filter("member"), limit: 2).isComplete { calls += 1 }
      #expect(calls == 3)
      let left = try await spicedb.relationships(filter(), .full).relationships
      #expect(left == [SpiceDBRelationship("\(tenant)#admin@user:u0")])
    }
  }

  @Test func `pages of relationships show everything of one moment, each once`() async throws {
    try await SpiceDBUnderTest.connect { spicedb in
      let updates = touches(7)
      _ = try await spicedb.write(updates)
      var (found, cursor, pages): ([SpiceDBRelationship], SpiceDBCursor?, Int) = ([], nil, 0)
      repeat {
        let page = try await spicedb.relationships(filter(), .full, after: cursor, limit: 3)
        found += page.relationships
        (cursor, pages) = (page.next, pages + 1)
        // Written too late: the pages show an earlier moment.
        _ = try await spicedb.write([.touch(SpiceDBRelationship("\(tenant)#member@user:late\(pages)"))])
      } while cursor != nil
      #expect(found.count == 7 && Set(found) == Set(updates.map(\.relationship)) && pages == 3)
    }
  }

  @Test func `a filter matches the subjects that it names, directly or through a relation`() async throws {
    try await SpiceDBUnderTest.connect { spicedb in
      let id = SpiceDBUnderTest.id()
      let (byUser, byGroup) = (
        SpiceDBRelationship("workspace:\(id)#editor@user:\(id)"),
        SpiceDBRelationship("workspace:\(id)#editor@group:\(id)#member")
      )
      _ = try await spicedb.write([.touch(byUser), .touch(byGroup)])
      func found(_ subject: RelationshipFilter.Subject) async throws -> [SpiceDBRelationship] {
        let filter = RelationshipFilter(resourceType: "workspace", resourceID: id, subject: subject)
        return try await spicedb.relationships(filter, .full).relationships
      }
      #expect(try await found(.init(type: "user")) == [byUser])
      #expect(try await found(.init(type: "user", id: id, relation: .none)) == [byUser])
      #expect(try await found(.init(type: "group", id: id)) == [byGroup])
      #expect(try await found(.init(type: "group", relation: .named("member"))) == [byGroup])
      #expect(try await found(.init(type: "group", relation: .none)).isEmpty)
      #expect(try await found(.init(type: "user", id: "nobody")).isEmpty)
    }
  }

  @Test func `pages of resources show all on which a subject has a permission`() async throws {
    try await SpiceDBUnderTest.connect { spicedb in
      let user = SpiceDBUnderTest.id()
      let ids = (0..<5).map { "\(user)-\($0)" }
      _ = try await spicedb.write(ids.map { .touch(SpiceDBRelationship("workspace:\($0)#editor@user:\(user)")) })
      var (found, cursor): (Set<String>, SpiceDBCursor?) = ([], nil)
      repeat {
        let page = try await spicedb.resources(
          ofType: "workspace", permission: "view", subject: SpiceDBSubject(type: "user", id: user), .full,
          after: cursor, limit: 2)
        #expect(page.ids.count <= 2)
        found.formUnion(page.ids)
        cursor = page.next
      } while cursor != nil
      #expect(found == Set(ids))
      let managed = try await spicedb.resources(
        ofType: "workspace", permission: "manage", subject: SpiceDBSubject(type: "user", id: user), .full)
      #expect(managed.ids.isEmpty && managed.next == nil)
    }
  }

  @Test func `many checks are answered in order, including failing ones`() async throws {
    try await SpiceDBUnderTest.connect { spicedb in
      let token = try await spicedb.write(touches(3))
      let items = [
        CheckItem("\(tenant)#view@user:u0"), CheckItem("\(tenant)#view@user:other"), CheckItem("\(tenant)#fly@user:u0"),
        CheckItem("\(tenant)#view@user:u2"), CheckItem("\(tenant)#view@user:u0"),
      ]
      let answers = try await spicedb.check(items, .atLeastAsFresh(token)).answers
      #expect(answers.map { try? $0.get() } == [true, false, nil, true, true])
      guard case .failure(let error) = answers[2] else { return }
      #expect(error.kind == .schema && error.reason == "ERROR_REASON_UNKNOWN_RELATION_OR_PERMISSION")
      #expect(try await spicedb.check([], .full).answers.isEmpty)
    }
  }

  @Test func `10,000 checks are one call`() async throws {
    try await SpiceDBUnderTest.connect { spicedb in
      _ = try await spicedb.write(touches(10))
      let items = (0..<10_000).map { CheckItem("\(tenant)#view@user:u\($0)") }
      let answers = try await spicedb.check(items, .full).answers
      #expect(answers.count == 10_000 && answers.enumerated().allSatisfy { (try? $1.get()) == ($0 < 10) })
    }
  }

  @Test(arguments: [
    "müller@example.com", "*", "a=b+c", "auth0|5f7c8ec7c33c6c004bbafe82", "x\u{0}y", String(repeating: "é", count: 600),
  ])
  func `any user's id can be written, checked and read back`(user: String) async throws {
    try await SpiceDBUnderTest.connect { spicedb in
      let subject = SpiceDBSubject(type: "user", id: SpiceDBID.encode(user))
      let member = SpiceDBRelationship(resource: SpiceDBObject(tenant), relation: "member", subject: subject)
      _ = try await spicedb.write([.touch(member)])
      #expect(
        try await spicedb.check(CheckItem(resource: member.resource, permission: "view", subject: subject), .full))
      #expect(try await spicedb.relationships(filter(), .full).relationships == [member])
    }
  }

  @Test(arguments: [
    ("planet:t#member@user:u", "ERROR_REASON_UNKNOWN_DEFINITION"),
    ("tenant:t#owner@user:u", "ERROR_REASON_UNKNOWN_RELATION_OR_PERMISSION"),
    ("tenant:t#member@group:u", "ERROR_REASON_INVALID_SUBJECT_TYPE"),
  ])
  func `a write that the schema forbids is refused with a reason, and nothing is retried`(text: String, reason: String)
    async throws
  {
    try await SpiceDBUnderTest.connect { spicedb in
      let error = await failure { () async throws(SpiceDBError) in
        try await spicedb.write([.touch(SpiceDBRelationship(text))])
      }
      #expect(
        error?.kind == .schema && error?.reason == reason && error?.attempts == 1 && error?.mayHaveBeenMade == false)
    }
  }

  @Test func `an unreadable schema is refused with the position`() async throws {
    try await SpiceDBUnderTest.connect { spicedb in
      let before = try await spicedb.schema()
      let error = await failure { () async throws(SpiceDBError) in
        try await spicedb.write(schema: "definition tenant {")
      }
      #expect(error?.kind == .schema && error?.reason == "ERROR_REASON_SCHEMA_PARSE_ERROR")
      #expect(try await spicedb.schema() == before)
    }
  }

  @Test func `a cursor of another call is refused`() async throws {
    try await SpiceDBUnderTest.connect { spicedb in
      _ = try await spicedb.write(touches(3))
      let cursor = try #require(try await spicedb.relationships(filter(), .full, limit: 1).next)
      let other = RelationshipFilter(resourceType: "group")
      for cursor in [cursor, SpiceDBCursor("?")] {
        let error = await failure { () async throws(SpiceDBError) in
          try await spicedb.relationships(other, .full, after: cursor, limit: 1)
        }
        #expect(error?.kind == .expired || error?.kind == .invalidRequest)
      }
    }
  }
}
