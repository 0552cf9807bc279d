import MessageContract
import TestFixtures
import Testing
import WorkspaceApplication
import WorkspaceDomain

/// The data of commands about members, groups and permissions.
@Suite struct AccessCommandDataTests {
  private static let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
  private static let user = #"{"type":"user","id":"alice"}"#
  private static let group = #"{"type":"group","id":"01ARZ3NDEKTSV4RRFFQ69G5FAW"}"#

  private func decode<Wanted: WorkspaceCommand>(_ type: Wanted.Type, _ data: String) throws -> Wanted {
    try #require(try SampleCommand(Wanted.typeName, data: data).decoded().command as? Wanted)
  }

  @Test func `members are users and groups, each with a role that exists on the object`() throws {
    let workspace = try #require(WorkspaceID(Self.id))
    let group = try #require(GroupID("01ARZ3NDEKTSV4RRFFQ69G5FAW"))
    let alice = UserID(stored: "alice")
    #expect(
      try decode(SetWorkspaceMember.self, #"{"workspace_id":"\#(Self.id)","member":\#(Self.user),"role":"editor"}"#)
        == SetWorkspaceMember(id: workspace, member: .user(alice), role: .editor))
    #expect(
      try decode(RemoveWorkspaceMember.self, #"{"workspace_id":"\#(Self.id)","member":\#(Self.group)}"#)
        == RemoveWorkspaceMember(id: workspace, member: .group(group)))
    #expect(
      try decode(SetGroupMember.self, #"{"group_id":"\#(group)","user_id":"alice","role":"admin"}"#)
        == SetGroupMember(id: group, userID: alice, role: .admin))
    #expect(
      try decode(SetTenantMember.self, #"{"user_id":"alice","role":"member"}"#)
        == SetTenantMember(userID: alice, role: .member))
    #expect(
      try decode(CheckAccess.self, #"{"permission":"create_child","object":{"type":"workspace","id":"\#(Self.id)"}}"#)
        == CheckAccess(permission: .createChild, object: .workspace(workspace), userID: nil))
    #expect(try decode(DeleteTenant.self, "{}") == DeleteTenant())
  }

  @Test func `a list continues after any kind of member`() throws {
    for member in [Member.user(UserID(stored: "Ünal \u{1F600}")), .group(try #require(GroupID(Self.id)))] {
      let text = MemberCursor.text(member)
      #expect(
        try decode(ListWorkspaceMembers.self, #"{"workspace_id":"\#(Self.id)","after":"\#(text)"}"#)
          == ListWorkspaceMembers(id: try #require(WorkspaceID(Self.id)), limit: 100, after: member))
    }
  }

  @Test func `a list of users does not continue after a group`() throws {
    let group = MemberCursor.text(.group(try #require(GroupID(Self.id))))
    let user = Member.user(UserID(stored: "alice"))
    let after = MemberCursor.text(user)
    #expect(try decode(ListTenantMembers.self, #"{"after":"\#(after)"}"#) == ListTenantMembers(limit: 100, after: user))
    for data in [#"{"after":"\#(group)"}"#, #"{"group_id":"\#(Self.id)","after":"\#(group)"}"#] {
      #expect(throws: InvalidCommand.self) {
        if data.contains("group_id") {
          _ = try decode(ListGroupMembers.self, data)
        } else {
          _ = try decode(ListTenantMembers.self, data)
        }
      }
    }
  }

  @Test(arguments: [
    ("workspace.set_member", #"{"workspace_id":"\#(id)","member":\#(user)}"#),
    ("workspace.set_member", #"{"workspace_id":"\#(id)","member":\#(user),"role":"owner"}"#),
    ("workspace.set_member", #"{"workspace_id":"\#(id)","member":"alice","role":"admin"}"#),
    ("workspace.set_member", #"{"workspace_id":"\#(id)","member":{"type":"users","id":"alice"},"role":"admin"}"#),
    ("workspace.set_member", #"{"workspace_id":"\#(id)","member":{"type":"user"},"role":"admin"}"#),
    ("workspace.set_member", #"{"workspace_id":"\#(id)","member":{"type":"user","id":""},"role":"admin"}"#),
    ("workspace.set_member", #"{"workspace_id":"\#(id)","member":{"type":"group","id":"alice"},"role":"admin"}"#),
    ("workspace.remove_member", #"{"workspace_id":"\#(id)"}"#), ("workspace.remove_member", #"{"member":\#(user)}"#),
    ("workspace.list_members", "{}"), ("workspace.list_members", #"{"workspace_id":"\#(id)","after":"alice"}"#),
    ("workspace.list_members", #"{"workspace_id":"\#(id)","after":"u.616C6963"}"#),
    ("workspace.list_members", #"{"workspace_id":"\#(id)","after":"u.6"}"#),
    ("workspace.list_members", #"{"workspace_id":"\#(id)","after":"u."}"#),
    ("workspace.list_members", #"{"workspace_id":"\#(id)","after":"g.616c696365"}"#),
    ("workspace.list_members", #"{"workspace_id":"\#(id)","limit":501}"#),
    ("group.create", "{}"), ("group.create", #"{"name":"n","group_id":"x"}"#), ("group.rename", #"{"name":"n"}"#),
    ("group.delete", "{}"), ("group.get", #"{"group_id":1}"#), ("group.list", #"{"after":"x"}"#),
    ("group.set_member", #"{"group_id":"\#(id)","user_id":"alice","role":"editor"}"#),
    ("group.set_member", #"{"group_id":"\#(id)","user_id":1,"role":"admin"}"#),
    ("group.set_member", "{\"group_id\":\"\(id)\",\"user_id\":\"a\\u0007b\",\"role\":\"admin\"}"),
    ("group.remove_member", #"{"group_id":"\#(id)"}"#), ("group.list_members", "{}"),
    ("tenant.set_member", #"{"user_id":"alice","role":"editor"}"#), ("tenant.set_member", #"{"role":"admin"}"#),
    ("tenant.set_member", #"{"user_id":"\#(String(repeating: "a", count: 256))","role":"admin"}"#),
    ("tenant.remove_member", "{}"), ("tenant.list_members", #"{"after":""}"#),
    ("access.check", #"{"permission":"administrate","object":{"type":"workspace","id":"\#(id)"}}"#),
    ("access.check", #"{"permission":"edit","object":{"type":"group","id":"\#(id)"}}"#),
    ("access.check", #"{"permission":"manage","object":{"type":"tenant","id":"\#(id)"}}"#),
    ("access.check", #"{"permission":"view","object":{"type":"user","id":"\#(id)"}}"#),
    ("access.check", #"{"permission":"view","object":{"type":"workspace","id":"x"}}"#),
    ("access.check", #"{"permission":"view"}"#), ("access.check", #"{"object":{"type":"workspace","id":"\#(id)"}}"#),
  ])
  func `data of the wrong shape is refused`(type: String, data: String) throws {
    #expect(try #require(SampleCommand(type, data: data).refusal).reason == .invalidData)
  }

  @Test func `spellings of a group's id, and null members, make no different command`() throws {
    let lower = Self.group.replacing("01ARZ3NDEKTSV4RRFFQ69G5FAW", with: "01arz3ndektsv4rrffq69g5faw")
    let fingerprint = try SampleCommand(
      "workspace.remove_member", data: #"{"workspace_id":"\#(Self.id)","member":\#(Self.group)}"#
    )
    .decoded().fingerprint.recorded
    #expect(
      try SampleCommand(
        "workspace.remove_member", data: #"{"workspace_id":"\#(Self.id)","member":\#(lower),"role":null}"#
      )
      .decoded().fingerprint.recorded == fingerprint)
    let one = try SampleCommand(
      "workspace.remove_member", data: #"{"workspace_id":"\#(Self.id)","member":\#(Self.user)}"#
    ).decoded()
    let other = try SampleCommand(
      "workspace.remove_member", data: #"{"workspace_id":"\#(Self.id)","member":{"type":"user","id":"Alice"}}"#
    ).decoded()
    #expect(one.fingerprint.recorded != other.fingerprint.recorded)
  }
}
