import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

extension UnitOfWorkStoreContract {
  static let readings: [Self] = [
    Self("missing objects are left out") { stores in
      let snapshot = try await stores.open().read {
        $0.tenants = [.random()]
        $0.inbox = [InboxQuestion(key: InboxKey(tenantID: .random(), source: "/nowhere", id: "none"))]
        $0.replays = [ReplayReference(plan: .random(), letter: .random())]
        $0.tree.workspaces = [.random()]
        $0.tree.names = [TenantName(tenantID: .random(), name: WorkspaceName(stored: "none"))]
        $0.tree.rootsOf = [.random()]
        $0.tree.childrenOf = [.random()]
      }
      #expect(snapshot.tenants.isEmpty && snapshot.inbox.isEmpty && snapshot.replays.isEmpty)
      #expect(snapshot.workspaces.isEmpty && snapshot.childCounts.isEmpty)
    },

    Self("a root is found by its tenant, and no other workspace is") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      _ = try await tenant.addChildren("child", to: store)
      #expect(try await store.read { $0.tree.rootsOf = [tenant.id] }.workspaces == [tenant.root.id: tenant.root])
    },

    Self("a workspace is found by its id, whatever its tenant") { stores in
      let store = try await stores.open()
      let tenants = try await [SampleTenant(in: store), SampleTenant(in: store)]
      let found = try await store.workspaces(tenants[0].root.id, tenants[1].root.id)
      #expect(Set(found.values.map(\.tenantID)) == Set(tenants.map(\.id)))
    },

    Self("children are counted up to the limit, and omitted if there are none") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      let children = try await tenant.addChildren("a", "b", "c", to: store)
      for (limit, expected) in [(1, 1), (2, 2), (3, 3), (10, 3)] {
        let counts = try await store.read {
          $0.tree.childrenOf = [tenant.root.id, children[0].id]
          $0.tree.deletions = limit - 1
        }.childCounts
        #expect(counts == [tenant.root.id: expected])
      }
    },

    Self("the path from a workspace to its root is returned, even if it joins another") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      let children = try await tenant.addChildren("a", "b", to: store)
      let grandchild = Workspace.sample(tenant: tenant.id, name: "c", parent: children[0].id)
      try await store.write { $0.inserted = [grandchild] }
      let parents = try await store.read {
        $0.tree.chainsOf = Set([grandchild, children[1]].map { TenantWorkspace(tenantID: tenant.id, id: $0.id) })
      }.parents
      #expect(
        parents == [
          grandchild.id: children[0].id, children[0].id: tenant.root.id, children[1].id: tenant.root.id,
          tenant.root.id: nil,
        ])
    },

    Self(
      "the whole path up is read, from an id or a name, but nothing of missing or other tenants' workspaces"
    ) { stores in
      let store = try await stores.open()
      let tenants = try await [SampleTenant(in: store), SampleTenant(in: store)]
      let children = try await tenants[0].addChildren("a", "b", to: store)
      let grandchild = Workspace.sample(tenant: tenants[0].id, name: "c", parent: children[0].id)
      try await store.write { $0.inserted = [grandchild] }
      let byID = try await store.read {
        $0.tree.ancestorsOf = [TenantWorkspace(tenantID: tenants[0].id, id: grandchild.id)]
      }.workspaces
      #expect(
        Set(byID.keys) == [grandchild.id, children[0].id, tenants[0].root.id] && byID[grandchild.id] == grandchild)
      let byName = try await store.read {
        $0.tree.ancestorsOfNamed = [TenantName(tenantID: tenants[0].id, name: WorkspaceName(stored: "b"))]
      }.workspaces
      #expect(Set(byName.keys) == [children[1].id, tenants[0].root.id])
      let others = try await store.read {
        $0.tree.ancestorsOf = [TenantWorkspace(tenantID: tenants[1].id, id: grandchild.id)]
        $0.tree.ancestorsOfNamed = [TenantName(tenantID: tenants[1].id, name: WorkspaceName(stored: "b"))]
      }.workspaces
      #expect(others.isEmpty)
    },

    Self("children are listed page by page, including an empty page") { stores in
      let store = try await stores.open()
      let tenants = try await [SampleTenant(in: store), SampleTenant(in: store)]
      let children = try await tenants[0].addChildren("a", "b", "c", to: store).map(\.id).sorted()
      let keys = [
        ChildPageKey(tenantID: tenants[0].id, parentID: tenants[0].root.id, after: nil, limit: 2),
        ChildPageKey(tenantID: tenants[0].id, parentID: tenants[0].root.id, after: children[1], limit: 2),
        ChildPageKey(tenantID: tenants[0].id, parentID: children[0], after: nil, limit: 2),
        ChildPageKey(tenantID: tenants[1].id, parentID: tenants[0].root.id, after: nil, limit: 2),
      ]
      let snapshot = try await store.read { $0.tree.childPages = Set(keys) }
      #expect(keys.map { snapshot.childPages[$0] } == [Array(children[..<2]), [children[2]], [], []])
      #expect(Set(snapshot.workspaces.keys) == Set(children))
    },

    Self("a look-up by name returns what decides whether the user may view it") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      _ = try await tenant.addChildren("a", to: store)
      let user = UserID(stored: "u")
      let roles = [
        WriteSet.RoleChange(key: .tenant(tenant.id, user), role: .member),
        .init(
          key: RoleKey(tenantID: tenant.id, object: .workspace(tenant.root.id), member: .user(user)), role: .editor),
      ]
      try await store.write { $0.setRoles = roles }
      let name = TenantName(tenantID: tenant.id, name: WorkspaceName(stored: "a"))
      let snapshot = try await store.read { $0.access.namedViews = [NamedView(userID: user, name: name)] }
      #expect(snapshot.roles == [roles[0].key: .member, roles[1].key: .editor])
    },

    Self("removable roles are read up to one above the limit, in the order of removal") {
      stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      let users = (0..<4).map { Member.user(UserID(stored: "u\($0)")) }
      let groups = (0..<2).map {
        Group(
          id: .random(), tenantID: tenant.id, name: GroupName(stored: "g\($0)"), createdAt: .sample, updatedAt: .sample,
          version: 1)
      }
      func key(_ object: Resource, _ member: Member) -> RoleKey {
        RoleKey(tenantID: tenant.id, object: object, member: member)
      }
      let root = Resource.workspace(tenant.root.id)
      let ofGroup = Member.group(groups[0].id)
      try await store.write { writeSet in
        writeSet.insertedGroups = groups
        writeSet.setRoles = users.map { .init(key: key(.tenant(tenant.id), $0), role: .member) }
        writeSet.setRoles += [
          .init(key: key(.group(groups[0].id), users[0]), role: .admin), .init(key: key(root, users[0]), role: .admin),
          .init(key: key(root, users[1]), role: .member), .init(key: key(root, users[2]), role: .editor),
          .init(key: key(root, ofGroup), role: .admin),
        ]
      }
      func read(limit: Int, _ ask: (inout AccessReads) -> Void) async throws -> Snapshot {
        try await store.read { readSet in
          readSet.tenants = [tenant.id]
          readSet.access.cascadeLimit = limit
          ask(&readSet.access)
        }
      }

      let leaving = TenantMember(tenantID: tenant.id, member: users[0])
      let both = Set([key(root, users[0]), key(.group(groups[0].id), users[0])])
      let whole = try await read(limit: 2) { $0.removedMembers = [leaving] }
      #expect(whole.cascade.isEmpty && both.isSubset(of: whole.roles.keys))
      #expect(try await Set(read(limit: 1) { $0.removedMembers = [leaving] }.cascade) == both)

      let going = TenantResource(tenantID: tenant.id, object: root)
      let members = try await read(limit: 2) { $0.deletedObjects = [going] }.cascade.map(\.member)
      #expect(Set(members.prefix(2)) == Set(users[1...2]) && members.dropFirst(2) == [users[0]])
      #expect(try await read(limit: 3) { $0.deletedObjects = [going] }.cascade.map(\.member).last == ofGroup)
      #expect(try await read(limit: 4) { $0.deletedObjects = [going] }.cascade.isEmpty)

      let objects = try await read(limit: 4) { $0.deletedTenants = [tenant.id] }.cascade.map(\.object)
      #expect(objects == [root, root, root, root, .group(groups[0].id)])
      #expect(try await read(limit: 9) { $0.deletedTenants = [tenant.id] }.cascade.isEmpty)
      for limit in 1...2 {
        #expect(try await read(limit: limit) { $0.deletedTenants = [tenant.id] }.hasMoreGroups == (limit < 2))
      }
    },

    Self("levels below a workspace are counted, but not for missing or other tenants' workspaces") {
      stores in
      let store = try await stores.open()
      let tenants = try await [SampleTenant(in: store), SampleTenant(in: store)]
      let ids = try await tenants[0].addLine(of: 45, to: store)
      let asked = [tenants[0].root.id, ids[41], ids[43], ids[44], .random()]
      let heights = try await store.read {
        $0.tree.heightsOf = Set(asked.map { TenantWorkspace(tenantID: tenants[0].id, id: $0) })
      }.heights
      #expect(heights == [asked[0]: WorkspaceRules.maximumTreeDepth + 1, asked[1]: 4, asked[2]: 2])
      let others = try await store.read {
        let foreign = Set(asked.map { TenantWorkspace(tenantID: tenants[1].id, id: $0) })
        ($0.tree.heightsOf, $0.tree.chainsOf) = (foreign, foreign)
      }
      #expect(others.heights.isEmpty && others.parents.isEmpty)
    },

    Self("nested and neighbouring subtrees are each counted in full") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      let line = try await tenant.addLine(of: 6, to: store)
      // A branch below the third workspace, longer than the rest of the line.
      var branch: [Workspace] = []
      for number in 0..<5 {
        branch.append(.sample(tenant: tenant.id, name: "branch \(number)", parent: branch.last?.id ?? line[2]))
      }
      try await store.write { $0.inserted = branch }
      let asked = [tenant.root.id, line[0], line[2], line[4], branch[1].id, branch[4].id]
      let heights = try await store.read {
        $0.tree.heightsOf = Set(asked.map { TenantWorkspace(tenantID: tenant.id, id: $0) })
      }.heights
      #expect(heights == [asked[0]: 9, asked[1]: 8, asked[2]: 6, asked[3]: 2, asked[4]: 4])
    },

    Self("inbox keys differ by tenant, source and id, byte for byte") { stores in
      let store = try await stores.open()
      let entries = InboxEntry.alike()
      try await store.write { $0.inbox = entries }
      for entry in entries {
        #expect(try await store.read { $0.inbox = [InboxQuestion(entry)] }.inbox == [entry.key: entry])
      }
    },

    Self("a result is read only with the fingerprint that it was recorded with") {
      stores in
      let store = try await stores.open()
      try await store.expectResultOnMatch(InboxEntry.sample(tenant: .random()))
      try await store.expectResultOnMatch(InboxEntry.sample(tenant: .random()).recordedWithoutUser)
    },

    Self("a large recorded result comes back byte for byte") { stores in
      let store = try await stores.open()
      let result = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
      let entry = InboxEntry.sample(tenant: .random(), result: result)
      try await store.write { $0.inbox = [entry] }
      #expect(try await store.read { $0.inbox = [InboxQuestion(entry)] }.inbox[entry.key]?.result == result)
    },
  ]

  static let pages: [Self] = [
    Self("a page holds the tenant's workspaces in id order, from after an id up to a limit") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      let other = try await SampleTenant(in: store)
      _ = try await other.addChildren("a", "b", to: store)
      let children = try await tenant.addChildren("a", "b", "c", "d", to: store)
      let ids = (children.map(\.id) + [tenant.root.id]).sorted()
      let keys = [
        PageKey(tenantID: tenant.id, after: nil, limit: 2), PageKey(tenantID: tenant.id, after: ids[1], limit: 2),
        PageKey(tenantID: tenant.id, after: ids[2], limit: 100), PageKey(tenantID: tenant.id, after: nil, limit: 5),
      ]
      let snapshot = try await store.read { $0.tree.pages = Set(keys) }
      #expect(keys.map { snapshot.pages[$0] } == [Array(ids[..<2]), Array(ids[2..<4]), Array(ids[3...]), ids])
      #expect(Set(snapshot.workspaces.keys) == Set(ids))
      #expect(snapshot.workspaces[children[0].id] == children[0])
    },

    Self("a page after the last workspace, and one of an unknown tenant, are empty") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      let keys = [
        PageKey(tenantID: tenant.id, after: tenant.root.id, limit: 10),
        PageKey(tenantID: .random(), after: nil, limit: 10),
      ]
      let snapshot = try await store.read { $0.tree.pages = Set(keys) }
      #expect(snapshot.pages == [keys[0]: [], keys[1]: []])
    },
  ]
}

extension InboxEntry {
  /// Entries whose keys differ only slightly.
  fileprivate static func alike() -> [InboxEntry] {
    let tenant = TenantID.random()
    let id = ULID.random().description
    let sources = ["/a", "/A", "/a ", String(repeating: "🚀", count: 256)]
    let long = id + String(repeating: "🚀", count: 102)
    return sources.map { .sample(source: $0, id: id, tenant: tenant) }
      + [.sample(source: "/a", id: long, tenant: tenant), .sample(source: "/a", id: id, tenant: .random())]
  }

  /// The entry as recorded when fingerprints did not cover the user yet.
  fileprivate var recordedWithoutUser: InboxEntry {
    InboxEntry(
      key: key, fingerprint: RecordedFingerprint(rule: .withoutUser, digest: CommandFingerprint.sample().withoutUser),
      resultID: resultID, resultType: resultType, result: result, recordedAt: recordedAt)
  }
}

extension UnitOfWorkStore {
  /// Records `entry` and asks for it with its own fingerprint, with another one, which would match by the other rule,
  /// and with none.
  fileprivate func expectResultOnMatch(_ entry: InboxEntry) async throws {
    try await write { $0.inbox = [entry] }
    let own = InboxQuestion(entry)
    let other = InboxQuestion(
      key: entry.key,
      fingerprint: CommandFingerprint(
        withUser: [UInt8](repeating: 8, count: 32), withoutUser: [UInt8](repeating: 7, count: 32)))
    let none = InboxQuestion(key: entry.key)
    #expect(try await read { $0.inbox = [own] }.inbox == [entry.key: entry])
    #expect(try await read { $0.inbox = [other, own, none] }.inbox == [entry.key: entry])
    for question in [other, none] {
      let found = try await read { $0.inbox = [question] }.inbox[entry.key]
      #expect(found?.result == [] && found?.fingerprint == entry.fingerprint && found?.recordedAt == entry.recordedAt)
    }
  }
}
