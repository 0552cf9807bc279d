import SpiceDBClient
import Testing

/// The table of permissions, in a tenant with a tree of three levels and a side branch:
///
///     root ── team ── project        group `g`: admin ga, member gm
///      └───── other                  tenant: admin ta; members m and all others with a role; not `out`
@Suite struct AuthorizationSchemaTests {
  private let id = SpiceDBUnderTest.id()

  /// The holders of each permission; nobody else in `everybody` has it.
  private static let table: [(permission: String, holders: [String])] = [
    ("tenant#administrate", ["ta"]),
    ("tenant#view", ["ta", "m", "ra", "re", "rm", "pa", "pe", "pm", "ga", "gm"]),
    ("group:g#manage", ["ta", "ga"]),
    ("group:g#view", ["ta", "ga", "gm"]),
    ("group:g#member", ["ga", "gm"]),
    ("group:h#manage", ["ta"]),
    ("group:h#view", ["ta"]),
    ("group:h#member", []),
    ("workspace:root#manage", ["ta", "ra"]),
    ("workspace:root#edit", ["ta", "ra", "re"]),
    ("workspace:root#view", ["ta", "ra", "re", "rm"]),
    ("workspace:root#create_child", ["ta", "m", "ra", "re", "rm", "pa", "pe", "pm", "ga", "gm"]),
    ("workspace:team#manage", ["ta", "ra"]),
    ("workspace:team#edit", ["ta", "ra", "re", "ga", "gm"]),
    ("workspace:team#view", ["ta", "ra", "re", "rm", "ga", "gm"]),
    ("workspace:team#create_child", ["ta", "ra", "re", "ga", "gm"]),
    ("workspace:project#manage", ["ta", "ra", "pa"]),
    ("workspace:project#edit", ["ta", "ra", "re", "ga", "gm", "pa", "pe"]),
    ("workspace:project#view", ["ta", "ra", "re", "rm", "ga", "gm", "pa", "pe", "pm"]),
    ("workspace:project#create_child", ["ta", "ra", "re", "ga", "gm", "pa", "pe"]),
    ("workspace:other#manage", ["ta", "ra"]),
    ("workspace:other#edit", ["ta", "ra", "re"]),
    ("workspace:other#view", ["ta", "ra", "re", "rm"]),
    ("workspace:other#create_child", ["ta", "ra", "re"]),
  ]

  private static let everybody = ["ta", "m", "ra", "re", "rm", "pa", "pe", "pm", "ga", "gm", "out"]

  /// The relationships, without the ids that keep tests apart.
  private static var relationships: [String] {
    var all = ["tenant#admin@user:ta", "tenant#root_workspace@workspace:root", "workspace:root#creator_tenant@tenant"]
    all += ["m", "ra", "re", "rm", "pa", "pe", "pm", "ga", "gm"].map { "tenant#member@user:\($0)" }
    all += ["root", "team", "project", "other"].map { "workspace:\($0)#tenant@tenant" }
    all += [("team", "root"), ("other", "root"), ("project", "team")].map { "workspace:\($0)#parent@workspace:\($1)" }
    all += [
      "group:g#tenant@tenant", "group:h#tenant@tenant", "group:g#admin@user:ga", "group:g#member_relation@user:gm",
    ]
    all += ["root#admin@user:ra", "root#editor@user:re", "root#member@user:rm"].map { "workspace:\($0)" }
    all += ["project#admin@user:pa", "project#editor@user:pe", "project#member@user:pm"].map { "workspace:\($0)" }
    all += ["workspace:team#editor@group:g#member"]
    return all
  }

  /// Inserts the test's id: `tenant` becomes `tenant:ID`, `group:g` becomes `group:ID-g`.
  private func own(_ text: String) -> String {
    text.split(separator: "@").map { side in
      var parts = side.split(separator: "#").map(String.init)
      let object = parts[0].split(separator: ":").map(String.init)
      parts[0] = object.count == 1 ? "\(object[0]):\(id)" : "\(object[0]):\(id)-\(object[1])"
      return parts.joined(separator: "#")
    }.joined(separator: "@")
  }

  private func write(_ spicedb: SpiceDBConnection, _ relationships: [String], without removed: [String] = [])
    async throws
  {
    _ = try await spicedb.write(
      relationships.map { .touch(SpiceDBRelationship(own($0))) } + removed.map { .delete(SpiceDBRelationship(own($0))) }
    )
  }

  private func holders(_ permission: String, _ spicedb: SpiceDBConnection) async throws -> [String] {
    let items = Self.everybody.map { CheckItem(own("\(permission)@user:\($0)")) }
    let answers = try await spicedb.check(items, .full).answers.map { try $0.get() }
    return zip(Self.everybody, answers).filter(\.1).map(\.0)
  }

  @Test func `everyone may do what the table says, and nothing else`() async throws {
    try await SpiceDBUnderTest.connect { spicedb in
      try await write(spicedb, Self.relationships)
      for (permission, expected) in Self.table {
        #expect(try await Set(holders(permission, spicedb)) == Set(expected), "\(permission)")
      }
    }
  }

  @Test func `a moved workspace takes its permissions from its new parent`() async throws {
    try await SpiceDBUnderTest.connect { spicedb in
      try await write(spicedb, Self.relationships)
      try await write(
        spicedb, ["workspace:project#parent@workspace:other"], without: ["workspace:project#parent@workspace:team"])
      #expect(try await Set(holders("workspace:project#edit", spicedb)) == ["ta", "ra", "re", "pa", "pe"])
    }
  }

  @Test func `when the root is closed, only editors create there`() async throws {
    try await SpiceDBUnderTest.connect { spicedb in
      try await write(spicedb, Self.relationships, without: [])
      try await write(spicedb, ["tenant#admin@user:ta"], without: ["workspace:root#creator_tenant@tenant"])
      #expect(try await Set(holders("workspace:root#create_child", spicedb)) == ["ta", "ra", "re"])
    }
  }

  @Test func `who leaves a group loses its roles`() async throws {
    try await SpiceDBUnderTest.connect { spicedb in
      try await write(spicedb, Self.relationships)
      try await write(spicedb, ["tenant#admin@user:ta"], without: ["group:g#member_relation@user:gm"])
      #expect(try await Set(holders("workspace:team#edit", spicedb)) == ["ta", "ra", "re", "ga"])
    }
  }

  @Test func `a tree of 40 levels is within SpiceDB's depth limit, on the longest path`() async throws {
    try await SpiceDBUnderTest.connect { spicedb in
      var all = [
        "workspace:0#tenant@tenant", "tenant#admin@user:ta", "workspace:0#admin@group:g#member",
        "group:g#admin@user:ga",
      ]
      all += (1..<40).flatMap { ["workspace:\($0)#parent@workspace:\($0 - 1)", "workspace:\($0)#tenant@tenant"] }
      try await write(spicedb, all)
      for permission in ["view", "edit", "manage", "create_child"] {
        #expect(try await Set(holders("workspace:39#\(permission)", spicedb)) == ["ta", "ga"], "\(permission)")
      }
      let page = try await spicedb.resources(
        ofType: "workspace", permission: "manage",
        subject: SpiceDBSubject(type: "user", id: own("user:ga").dropUserType), .full)
      #expect(page.ids.count == 40)
    }
  }
}

extension String {
  fileprivate var dropUserType: String { String(dropFirst("user:".count)) }
}
