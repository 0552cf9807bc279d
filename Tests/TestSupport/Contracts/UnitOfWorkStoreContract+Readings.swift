import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

extension UnitOfWorkStoreContract {
  static let readings: [Self] = [
    Self("what does not exist is left out") { stores in
      let snapshot = try await stores.open().read {
        $0.tenants = [.random()]
        $0.inboxKeys = [InboxKey(source: "/nowhere", id: "none")]
        $0.workspaces = [.random()]
        $0.names = [TenantName(tenantID: .random(), name: WorkspaceName(stored: "none"))]
        $0.rootsOf = [.random()]
        $0.childrenOf = [.random()]
      }
      #expect(snapshot.tenants.isEmpty && snapshot.inbox.isEmpty)
      #expect(snapshot.workspaces.isEmpty && snapshot.childCounts.isEmpty)
    },

    Self("a root is found by its tenant, and no other workspace is") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      _ = try await tenant.addChildren("child", to: store)
      #expect(try await store.read { $0.rootsOf = [tenant.id] }.workspaces == [tenant.root.id: tenant.root])
    },

    Self("a workspace is found by its id, whatever its tenant") { stores in
      let store = try await stores.open()
      let tenants = try await [SampleTenant(in: store), SampleTenant(in: store)]
      let found = try await store.workspaces(tenants[0].root.id, tenants[1].root.id)
      #expect(Set(found.values.map(\.tenantID)) == Set(tenants.map(\.id)))
    },

    Self("children are counted up to the limit, and left out where there are none") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      let children = try await tenant.addChildren("a", "b", "c", to: store)
      for (limit, expected) in [(1, 1), (2, 2), (3, 3), (10, 3)] {
        let counts = try await store.read {
          $0.childrenOf = [tenant.root.id, children[0].id]
          $0.childLimit = limit
        }.childCounts
        #expect(counts == [tenant.root.id: expected])
      }
    },

    Self("inbox keys are told apart by source and id, byte for byte") { stores in
      let store = try await stores.open()
      let tenant = TenantID.random()
      let id = ULID.random().description
      let sources = ["/a", "/A", "/a ", String(repeating: "🚀", count: 256)]
      let entries = sources.map { InboxEntry.sample(source: $0, id: id, tenant: tenant) }
        + [.sample(source: "/a", id: id + String(repeating: "🚀", count: 102), tenant: tenant)]
      try await store.write { $0.inbox = entries }
      for entry in entries {
        #expect(try await store.read { $0.inboxKeys = [entry.key] }.inbox == [entry.key: entry])
      }
    },

    Self("a large recorded result comes back byte for byte") { stores in
      let store = try await stores.open()
      let result = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
      let entry = InboxEntry.sample(tenant: .random(), result: result)
      try await store.write { $0.inbox = [entry] }
      #expect(try await store.read { $0.inboxKeys = [entry.key] }.inbox[entry.key]?.result == result)
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
      let snapshot = try await store.read { $0.pages = Set(keys) }
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
      let snapshot = try await store.read { $0.pages = Set(keys) }
      #expect(snapshot.pages == [keys[0]: [], keys[1]: []])
    },
  ]
}
