import Secrets
import TestSupport
import Testing

@testable import SpiceDBClient

/// Calls that are refused before anything is sent: the connection is not even running.
@Suite struct SpiceDBLimitsTests {
  private let connection: SpiceDBConnection

  init() throws {
    connection = try SpiceDBConnection(
      SpiceDBConfiguration(endpoint: SpiceDBEndpoint("127.0.0.1:1"), security: .plaintext, token: Secret("key")),
      logger: .silent)
  }

  private func touches(_ count: Int) -> [RelationshipUpdate] {
    (0..<count).map { .touch(SpiceDBRelationship("tenant:t#member@user:\($0)")) }
  }

  @Test func `a write has 1 to 1,000 updates`() async {
    for count in [0, 1001] {
      let error = await failure { () async throws(SpiceDBError) in try await connection.write(touches(count)) }
      #expect(error?.kind == .invalidRequest && error?.mayHaveBeenMade == false)
    }
  }

  @Test func `a write contains a relationship once`() async {
    let relationship = SpiceDBRelationship("tenant:t#member@user:u")
    let error = await failure { () async throws(SpiceDBError) in
      try await connection.write([.delete(relationship), .touch(relationship)])
    }
    #expect(error?.kind == .invalidRequest)
  }

  @Test(arguments: ["", "a b", "a*", "é", String(repeating: "a", count: 1025)])
  func `an id is one that SpiceDB accepts, and the error does not repeat it`(id: String) async throws {
    let relationship = SpiceDBRelationship(
      resource: SpiceDBObject(type: "tenant", id: "t"), relation: "member",
      subject: SpiceDBSubject(type: "user", id: id))
    let errors = [
      await failure { () async throws(SpiceDBError) in try await connection.write([.touch(relationship)]) },
      await failure { () async throws(SpiceDBError) in
        try await connection.check(
          [CheckItem(resource: relationship.resource, permission: "view", subject: relationship.subject)], .full)
      },
    ]
    for error in errors {
      #expect(error?.kind == .invalidRequest)
      #expect(id.isEmpty || error?.description.contains(id) == false)
    }
  }

  @Test func `checks (10,000 at most), preconditions, metadata, pages and requests have limits`() async {
    let item = CheckItem("tenant:t#view@user:u")
    let filter = RelationshipFilter(resourceType: "tenant")
    let long = CheckItem(
      resource: item.resource, permission: "view",
      subject: SpiceDBSubject(type: "user", id: String(repeating: "u", count: 1024)))
    let errors = [
      await failure { () async throws(SpiceDBError) in
        try await connection.check([CheckItem](repeating: item, count: 10_001), .full)
      },
      await failure { () async throws(SpiceDBError) in
        try await connection.check([CheckItem](repeating: long, count: 5000), .full)
      },
      await failure { () async throws(SpiceDBError) in
        try await connection.write(
          touches(1), preconditions: [RelationshipPrecondition](repeating: .exists(filter), count: 1001))
      },
      await failure { () async throws(SpiceDBError) in
        try await connection.write(touches(1), metadata: ["a": String(repeating: "b", count: 65_000)])
      },
      await failure { () async throws(SpiceDBError) in try await connection.relationships(filter, .full, limit: 1001) },
      await failure { () async throws(SpiceDBError) in try await connection.relationships(filter, .full, limit: 0) },
      await failure { () async throws(SpiceDBError) in try await connection.delete(filter, limit: 1001) },
    ]
    for error in errors { #expect(error?.kind == .invalidRequest && error?.code == nil) }
  }

  @Test func `unreadable authorities are named before any connection`() throws {
    let configuration = SpiceDBConfiguration(
      endpoint: try SpiceDBEndpoint("localhost:1"), security: .tls(caFile: "/nowhere/ca.pem"), token: Secret("key"))
    let error = #expect(throws: SpiceDBError.self) { _ = try SpiceDBConnection(configuration, logger: .silent) }
    #expect(error?.kind == .invalidRequest && error?.description.contains("/nowhere/ca.pem") == true)
  }
}
