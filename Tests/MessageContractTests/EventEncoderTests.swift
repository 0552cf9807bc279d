import MessageContract
import TestFixtures
import Testing
import WorkspaceApplication

@testable import WorkspaceDomain

/// The exact bytes of events about workspaces that are created, renamed or deleted.
@Suite struct EventEncoderTests {
  private static let data = #""workspace_id":"00000000000000000000000005","tenant_id":"00000000000000000000000006""#

  private func encode(
    _ change: WorkspaceEvent.Change, parentID: WorkspaceID?, userID: String? = nil, trace: TraceContext? = nil,
    sequence: Int64 = 1
  ) -> EncodedMessage {
    EventEncoder.encode(
      .workspace(
        WorkspaceEvent(
          workspaceID: .sample(5), tenantID: .sample(6), parentID: parentID, change: change, occurredAt: .sample)),
      id: .sample(7),
      sequence: sequence,
      cause: CommandContext(
        key: CommandKey(tenantID: .sample(6), source: "/upstream", id: "c-1"), userID: userID, trace: trace))
  }

  private func expect(
    _ message: EncodedMessage, type: String, user: String = "", sequence: String = "1", trace: String = "", data: String
  ) {
    #expect(
      String(decoding: message.body, as: UTF8.self)
        == #"{"specversion":"1.0","id":"00000000000000000000000007","source":"/workspace-worker","type":"\#(type)","time":"2026-11-23T08:00:00.000Z","subject":"00000000000000000000000005","tenantid":"00000000000000000000000006"\#(user),"sequence":"\#(sequence)","commandid":"c-1","commandsource":"/upstream"\#(trace),"data":{\#(Self.data),\#(data),"occurred_at":"2026-11-23T08:00:00.000Z"}}"#
    )
    #expect(message.type == type)
    #expect(message.time == .sample)
    #expect(message.tenantID == .sample(6))
  }

  @Test func `a created root of an unknown user`() {
    expect(
      encode(.created(name: WorkspaceName(stored: "Root"), founder: nil), parentID: nil), type: "workspace.created",
      data: #""name":"Root","parent_workspace_id":null,"is_root":true,"creator_id":null,"creator_role":null"#)
  }

  @Test func `a created child, with the user, the trace and a large sequence`() {
    let trace = TraceContext(traceparent: SampleCommand.traceparent, tracestate: "a=1")
    expect(
      encode(
        .created(name: WorkspaceName(stored: "n\"é"), founder: Founder(userID: UserID(stored: "alice"), role: .admin)),
        parentID: .sample(4), userID: "alice", trace: trace, sequence: .max),
      type: "workspace.created", user: #","userid":"alice""#, sequence: "9223372036854775807",
      trace: ",\"traceparent\":\"\(SampleCommand.traceparent)\",\"tracestate\":\"a=1\"",
      data:
        #""name":"n\"é","parent_workspace_id":"00000000000000000000000004","is_root":false,"creator_id":"alice","creator_role":"admin""#
    )
  }

  @Test func `a rename`() {
    expect(
      encode(
        .renamed(oldName: WorkspaceName(stored: "old"), name: WorkspaceName(stored: "new")), parentID: nil,
        userID: "bob", sequence: 42),
      type: "workspace.renamed", user: #","userid":"bob""#, sequence: "42", data: #""old_name":"old","name":"new""#)
  }

  @Test func `a deletion`() {
    expect(
      encode(.deleted(name: WorkspaceName(stored: "n")), parentID: .sample(4)), type: "workspace.deleted",
      data: #""name":"n","parent_workspace_id":"00000000000000000000000004","is_root":false"#)
  }
}
