import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

extension UnitOfWorkStoreContract {
  static let conflicts: [Self] = [
    Self("a name that the tenant already has is a conflict") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      let child = try await tenant.addChildren("taken", to: store)[0]
      try await store.expectConflict(.tenantName) {
        $0.inserted = [.sample(tenant: tenant.id, name: "taken", parent: tenant.root.id)]
      }
      try await store.expectConflict(.tenantName) { $0.rename(tenant.root, to: "taken") }
      try await store.expectConflict(.tenantName) {
        $0.rename(tenant.root, to: "free")
        $0.rename(child, to: "free")
      }
    },

    Self("the same name in another tenant is not a conflict") { stores in
      let store = try await stores.open()
      let tenants = try await [SampleTenant(in: store), SampleTenant(in: store)]
      let children = tenants.map { Workspace.sample(tenant: $0.id, name: "same", parent: $0.root.id) }
      try await store.write { $0.inserted = children }
      let key = TenantName(tenantID: tenants[0].id, name: children[0].name)
      #expect(try await store.read { $0.tree.names = [key] }.workspaces == [children[0].id: children[0]])
    },

    Self("a second root is a conflict") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      try await store.expectConflict(.oneRootPerTenant) { $0.inserted = [.sample(tenant: tenant.id, name: "Second")] }
    },

    Self("an id that is taken in any tenant is a conflict") { stores in
      let store = try await stores.open()
      let tenants = try await [SampleTenant(in: store), SampleTenant(in: store)]
      let child = try await tenants[0].addChildren("child", to: store)[0]
      for tenant in tenants {
        try await store.expectConflict(.workspaceID) {
          $0.inserted = [.sample(id: child.id, tenant: tenant.id, name: "other", parent: tenant.root.id)]
        }
      }
    },

    Self("a parent that does not exist, or not in this tenant, is a conflict") { stores in
      let store = try await stores.open()
      let tenants = try await [SampleTenant(in: store), SampleTenant(in: store)]
      for parent in [WorkspaceID.random(), tenants[1].root.id] {
        try await store.expectConflict(.parent) {
          $0.inserted = [.sample(tenant: tenants[0].id, name: "orphan", parent: parent)]
        }
      }
    },

    Self("moving to a parent that does not exist, or not in this tenant, is a conflict") { stores in
      let store = try await stores.open()
      let tenants = try await [SampleTenant(in: store), SampleTenant(in: store)]
      let child = try await tenants[0].addChildren("child", to: store)[0]
      for parent in [WorkspaceID.random(), tenants[1].root.id] {
        try await store.expectConflict(.parent) { try? $0.move(child, to: parent) }
      }
    },

    Self("deleting a workspace with children is a conflict") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      _ = try await tenant.addChildren("child", to: store)
      try await store.expectConflict(.parent) { $0.delete(tenant.root) }
    },

    Self("a workspace of an unknown tenant is a conflict") { stores in
      let store = try await stores.open()
      try await store.expectConflict(.tenant) { $0.inserted = [.sample(tenant: .random(), name: "Root")] }
    },

    Self("a tenant that already exists is a conflict") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      try await store.expectConflict(.tenantID) { $0.newTenants = [.random(): 1, tenant.id: 1] }
    },

    Self("a command that was already processed is a conflict") { stores in
      let store = try await stores.open()
      let entry = InboxEntry.sample(tenant: .random())
      try await store.write { $0.inbox = [entry] }
      try await store.expectConflict(.inboxKey) { $0.inbox.append(entry) }
    },

    Self("a workspace whose version has changed since the read is a conflict") { stores in
      let store = try await stores.open()
      let tenant = try await SampleTenant(in: store)
      let children = try await tenant.addChildren("a", "b", to: store)
      try await store.write { $0.rename(children[0], to: "changed") }
      try await store.expectConflict(nil) { $0.rename(children[0], to: "c") }
      try await store.expectConflict(nil) { $0.delete(children[1], children[0]) }
      try await store.expectConflict(nil) {
        $0.rename(children[1], to: "d")
        $0.rename(.sample(tenant: tenant.id, name: "gone", parent: tenant.root.id), to: "e")
      }
      #expect(try await store.workspaces(children[1].id) == [children[1].id: children[1]])
    },

    Self("the sequence of an unknown tenant is a conflict") { stores in
      let store = try await stores.open()
      try await store.expectConflict(nil) { $0.sequences = [.random(): 2] }
    },
  ]

  static let concurrency: [Self] = [
    Self("a unit of work that waited for a tenant sees what the other committed") { stores in
      let first = try await stores.open()
      let second = try await stores.open()
      let tenant = try await SampleTenant(in: first)
      var readSet = ReadSet()
      readSet.tenants = [tenant.id]
      readSet.tree.rootsOf = [tenant.id]
      _ = try await first.begin(readSet)
      async let waiting = second.begin(readSet)
      var writeSet = WriteSet()
      writeSet.sequences = [tenant.id: 9]
      writeSet.rename(tenant.root, to: "Trunk")
      _ = try await first.commit(writeSet)
      let snapshot = try await waiting
      #expect(snapshot.tenants == [tenant.id: 9])
      #expect(snapshot.workspaces[tenant.root.id]?.name.text == "Trunk")
      try await second.rollback()
    },

    Self("units of work on different tenants don't wait for each other") { stores in
      let first = try await stores.open()
      let second = try await stores.open()
      let tenants = try await [SampleTenant(in: first), SampleTenant(in: first)]
      var readSet = ReadSet()
      readSet.tenants = [tenants[0].id]
      _ = try await first.begin(readSet)
      try await second.write { $0.rename(tenants[1].root, to: "Trunk") }
      #expect(try await second.read { $0.tenants = [tenants[1].id] }.tenants == [tenants[1].id: 1])
      try await first.rollback()
    },
  ]
}
