import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

extension UnitOfWorkStoreContract {
  static let commits: [Self] = [
    Self("committed data is visible to the next unit of work") { stores in
      let store = try await stores.open()
      let tenant = TenantID.random()
      let root = Workspace.sample(tenant: tenant, name: "Root")
      let child = Workspace.sample(tenant: tenant, name: "Grüße 🚀", parent: root.id)
      let entry = InboxEntry.sample(tenant: tenant, result: Array(0...255))
      _ = try await store.write {
        $0.newTenants = [tenant: 3]
        $0.inbox = [entry]
        $0.inserted = [root, child]
      }
      let snapshot = try await store.read {
        $0.tenants = [tenant]
        $0.inbox = [InboxQuestion(entry)]
        $0.tree.workspaces = [root.id, child.id]
      }
      #expect(snapshot.tenants == [tenant: 3])
      #expect(snapshot.inbox == [entry.key: entry])
      #expect(snapshot.workspaces == [root.id: root, child.id: child])
    },

    Self("a unit of work that was rolled back makes way for the next") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      var readSet = ReadSet()
      readSet.tenants = [tenant.id]
      for _ in 0..<3 {
        #expect(try await store.begin(readSet).tenants == [tenant.id: 1])
        try await store.rollback()
      }
    },

    Self("an empty write set can be committed") { stores in
      let store = try await stores.open()
      #expect(try await store.write { _ in } == [])
      #expect(try await store.write { _ in } == [])
    },

    Self("a child may come before its parent in the list") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      let parent = Workspace.sample(tenant: tenant.id, name: "parent", parent: tenant.root.id)
      let child = Workspace.sample(tenant: tenant.id, name: "child", parent: parent.id)
      try await store.write { $0.inserted = [child, parent] }
      #expect(try await store.workspaces(child.id, parent.id).count == 2)
    },

    Self("a change stores name, time and version") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      try await store.write { $0.rename(tenant.root, to: "Trunk") }
      #expect(try await store.workspaces(tenant.root.id) == [tenant.root.id: tenant.root.renamed("Trunk")])
    },

    Self("a workspace moves to an added parent, and away from a deleted one whose name is reused") {
      stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      let old = try await tenant.addChildren("old", to: store)[0]
      let child = Workspace.sample(tenant: tenant.id, name: "child", parent: old.id)
      try await store.write { $0.inserted = [child] }
      let new = Workspace.sample(tenant: tenant.id, name: "old", parent: tenant.root.id)
      try await store.write { writeSet in
        try? writeSet.move(child, to: new.id)
        writeSet.inserted = [new]
        writeSet.delete(old)
      }
      let found = try await store.workspaces(old.id, new.id, child.id)
      #expect(Set(found.keys) == [new.id, child.id])
      #expect(found[child.id]?.parentID == new.id && found[child.id]?.version == child.version + 1)
    },

    Self("a parent and its children are deleted together") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      let parent = Workspace.sample(tenant: tenant.id, name: "parent", parent: tenant.root.id)
      let children = (0..<20).map { Workspace.sample(tenant: tenant.id, name: "child \($0)", parent: parent.id) }
      try await store.write { $0.inserted = [parent] + children }
      try await store.write { writeSet in
        writeSet.delete(parent)
        for child in children { writeSet.delete(child) }
      }
      #expect(try await store.workspaces(parent.id, children[0].id).isEmpty)
    },

    Self("sequences of known tenants advance") { stores in
      let store = try await stores.open()
      let tenants = try await [SampleTenant(in: store), SampleTenant(in: store)]
      try await store.write { $0.sequences = [tenants[0].id: 17, tenants[1].id: 1 << 40] }
      let snapshot = try await store.read { $0.tenants = Set(tenants.map(\.id)) }
      #expect(snapshot.tenants == [tenants[0].id: 17, tenants[1].id: 1 << 40])
    },
  ]

  static let names: [Self] = [
    Self("two workspaces exchange their names") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      let children = try await tenant.addChildren("left", "right", to: store)
      try await store.write {
        $0.rename(children[0], to: "right")
        $0.rename(children[1], to: "left")
      }
      let found = try await store.workspaces(children[0].id, children[1].id)
      #expect(found[children[0].id] == children[0].renamed("right"))
      #expect(found[children[1].id] == children[1].renamed("left"))
    },

    Self("names move along a chain in either direction") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      let children = try await tenant.addChildren("a", "b", "c", to: store)
      try await store.write {
        $0.rename(children[0], to: "b")
        $0.rename(children[1], to: "c")
        $0.rename(children[2], to: "d")
      }
      var current = children.map { $0.id }
      let found = try await store.workspaces(current[0], current[1], current[2])
      #expect(current.map { found[$0]?.name.text } == ["b", "c", "d"])
      try await store.write { writeSet in
        for (id, name) in zip(current, ["a", "b", "c"]) { found[id].map { writeSet.rename($0, to: name) } }
      }
      current.reverse()
      let back = try await store.workspaces(current[0], current[1], current[2])
      #expect(current.map { back[$0]?.name.text } == ["c", "b", "a"])
    },

    Self("a name freed by a deletion is taken by a change, and one freed by a change by a new workspace") {
      stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      let children = try await tenant.addChildren("first", "second", to: store)
      let new = Workspace.sample(tenant: tenant.id, name: "second", parent: tenant.root.id)
      try await store.write {
        $0.delete(children[0])
        $0.rename(children[1], to: "first")
        $0.inserted = [new]
      }
      let found = try await store.workspaces(children[0].id, children[1].id, new.id)
      #expect(found == [children[1].id: children[1].renamed("first"), new.id: new])
    },

    Self("the longest name of the widest characters fits, and is found") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      let name = String(repeating: "🚀", count: WorkspaceName.maximumLength)
      let workspace = try await tenant.addChildren(name, to: store)[0]
      let key = TenantName(tenantID: tenant.id, name: workspace.name)
      #expect(try await store.read { $0.tree.names = [key] }.workspaces == [workspace.id: workspace])
    },

    Self("names are equal only if their bytes are") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      let children = try await tenant.addChildren("caf\u{E9}", "cafe\u{301}", "CAF\u{C9}", to: store)
      let keys = children.map { TenantName(tenantID: tenant.id, name: $0.name) }
      #expect(try await store.read { $0.tree.names = [keys[1]] }.workspaces == [children[1].id: children[1]])
      #expect(try await store.read { $0.tree.names = Set(keys) }.workspaces.count == 3)
    },
  ]
}
