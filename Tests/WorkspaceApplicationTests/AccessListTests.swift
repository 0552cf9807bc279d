import TestFixtures
import Testing
import WorkspaceApplication
import WorkspaceDomain

@Suite struct AccessListTests {
  @Test(arguments: [
    ("*", "", true), ("*", "anything", true), ("a*", "abc", true), ("a*c", "abc", true), ("a*c", "ab", false),
    ("?", "a", true), ("?", "", false), ("a?c", "abc", true), ("workspace.*", "workspace.create", true),
    ("workspace.*", "workspaces", false), ("*.create", "workspace.create", true), ("a**b", "ab", true),
    ("", "", true), ("", "a", false), ("*a*a*a*b", "aaaaaaaaaaaa", false), ("[a]", "a", false), ("A", "a", false),
    ("?", "é", true), ("a?c", "aéc", true), ("??", "é", false), ("e\u{301}", "\u{e9}", false), ("*é", "café", true),
  ])
  func `a glob matches`(pattern: String, text: String, expected: Bool) {
    #expect(Glob(pattern).matches(text) == expected)
  }

  @Test func `a hostile pattern takes no longer than its length allows`() {
    let pattern = Glob(String(repeating: "*a", count: 200) + "b")
    let time = ContinuousClock().measure { _ = pattern.matches(String(repeating: "a", count: 10_000)) }
    #expect(time < .seconds(5))
  }

  private let tenant = TenantID(ULID(milliseconds: 1, randomness: .init(high: 0, low: 1)))
  private let other = TenantID(ULID(milliseconds: 1, randomness: .init(high: 0, low: 2)))

  private var list: AccessList {
    AccessList([
      .init(user: "portal", types: ["workspace.create*", "workspace.get"], tenants: ["*"]),
      .init(user: "sync-?", app: "night", types: ["*"], tenants: [Glob(tenant.description)]),
    ])
  }

  @Test func `a rule permits its types, its tenants and its application, and nothing else`() {
    #expect(list.permits(user: "portal", app: nil, type: .createRoot, tenantID: other, actsForUser: true))
    #expect(list.permits(user: "portal", app: "any", type: .get, tenantID: tenant, actsForUser: true))
    #expect(!list.permits(user: "portal", app: nil, type: .delete, tenantID: tenant, actsForUser: true))
    #expect(list.permits(user: "sync-1", app: "night", type: .delete, tenantID: tenant, actsForUser: true))
    #expect(!list.permits(user: "sync-1", app: "day", type: .delete, tenantID: tenant, actsForUser: true))
    #expect(!list.permits(user: "sync-1", app: nil, type: .delete, tenantID: tenant, actsForUser: true))
    #expect(!list.permits(user: "sync-1", app: "night", type: .delete, tenantID: other, actsForUser: true))
    #expect(!list.permits(user: "sync-12", app: "night", type: .delete, tenantID: tenant, actsForUser: true))
  }

  @Test func `an unknown sender is permitted nothing, whatever the rules say`() {
    #expect(
      !AccessList([.init(user: "*", types: ["*"], tenants: ["*"])]).permits(
        user: nil, app: nil, type: .get, tenantID: tenant, actsForUser: true))
    #expect(!AccessList([]).permits(user: "portal", app: nil, type: .get, tenantID: tenant, actsForUser: true))
  }

  @Test func `a sender may be kept from acting for users, or as a system`() {
    let rules: [AccessList.Rule] = [
      .init(user: "portal", types: ["*"], tenants: ["*"], mayActAsSystem: false),
      .init(user: "sync", types: ["*"], tenants: ["*"], mayActForUsers: false),
    ]
    for (user, actsForUser, isPermitted) in [
      ("portal", true, true), ("portal", false, false), ("sync", true, false), ("sync", false, true),
    ] {
      #expect(
        AccessList(rules).permits(user: user, app: nil, type: .get, tenantID: tenant, actsForUser: actsForUser)
          == isPermitted)
    }
  }
}
