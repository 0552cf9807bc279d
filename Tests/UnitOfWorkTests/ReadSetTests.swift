import TestFixtures
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

@Suite struct ReadSetTests {
  private func readSet(_ commands: [(tenant: UInt64, command: any WorkspaceCommand)]) -> ReadSet {
    ReadSet(
      commands.enumerated().map { number, element in
        (
          context: CommandContext(key: CommandKey(tenantID: .sample(element.tenant), source: "/test", id: "\(number)")),
          command: element.command
        )
      }, rules: WorkspaceRules(defaultRootName: " Main "))
  }

  private func name(_ text: String, of tenant: UInt64 = 1) -> TenantName {
    TenantName(tenantID: .sample(tenant), name: WorkspaceName(stored: text))
  }

  @Test(
    arguments: [
      (.createRoot(name: nil, id: nil), [], ["Main"], true, [], []),
      (.createRoot(name: " R ", id: .sample(5)), [5], ["R"], true, [], []),
      (.createRoot(name: "", id: .sample(5)), [5], [], true, [], []),
      (.create(name: "n", parentID: .sample(4), id: nil), [4], ["n"], false, [], []),
      (.create(name: "n", parentID: .sample(4), id: .sample(5)), [4, 5], ["n"], false, [], []),
      (.create(name: "\u{1}", parentID: .sample(4), id: nil), [4], [], false, [], []),
      (.rename(id: .sample(5), name: "n "), [5], ["n"], false, [], []),
      (.delete(id: .sample(5)), [5], [], false, [5], []),
      (.get(id: .sample(5)), [5], [], false, [], []),
      (.list(limit: 7, after: nil), [], [], false, [], [8]),
    ] as [(any WorkspaceCommand, [UInt64], [String], Bool, [UInt64], [Int])])
  func `each command reads what it could need and nothing else`(
    command: any WorkspaceCommand, workspaces: [UInt64], names: [String], root: Bool, children: [UInt64],
    pageLimits: [Int]
  ) {
    let readSet = readSet([(1, command)])
    #expect(readSet.tenants == [.sample(1)])
    #expect(readSet.tree.workspaces == Set(workspaces.map { .sample($0) }))
    #expect(readSet.tree.names == Set(names.map { name($0) }))
    #expect(readSet.tree.rootsOf == (root ? [.sample(1)] : []))
    #expect(readSet.tree.childrenOf == Set(children.map { .sample($0) }))
    #expect(readSet.tree.pages == Set(pageLimits.map { PageKey(tenantID: .sample(1), after: nil, limit: $0) }))
  }

  @Test func `a batch reads everything for all its commands, each thing once`() {
    let readSet = readSet([
      (1, .get(id: .sample(5))), (2, .get(id: .sample(5))), (1, .create(name: "n", parentID: .sample(5), id: nil)),
      (2, .rename(id: .sample(6), name: "n")), (1, .list(limit: 1, after: .sample(9))),
      (1, .list(limit: 1, after: .sample(9))),
    ])
    #expect(readSet.tenants == [.sample(1), .sample(2)])
    #expect(readSet.tree.workspaces == [.sample(5), .sample(6)])
    #expect(readSet.tree.names == [name("n"), name("n", of: 2)])
    #expect(readSet.tree.pages == [PageKey(tenantID: .sample(1), after: .sample(9), limit: 2)])
  }

  @Test func `deletions make pages and counts of children longer, wherever they are in the batch`() {
    let readSet = readSet([
      (1, .list(limit: 10, after: nil)), (1, .delete(id: .sample(5))), (2, .delete(id: .sample(6))),
    ])
    #expect(readSet.tree.childLimit == 3)
    #expect(readSet.tree.pages == [PageKey(tenantID: .sample(1), after: nil, limit: 13)])
  }

  @Test func `no commands read nothing`() {
    #expect(readSet([]) == ReadSet())
  }
}
