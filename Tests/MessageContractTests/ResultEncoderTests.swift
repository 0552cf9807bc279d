import MessageContract
import TestFixtures
import Testing
import WorkspaceApplication
import WorkspaceDomain

/// The bytes of every kind of result.
@Suite struct ResultEncoderTests {
  private static let head =
    #"{"specversion":"1.0","id":"00000000000000000000000007","source":"/workspace-worker","type":"#
  private static let tail = #","commandid":"c-1","commandsource":"/upstream""#
  private static let time = #","time":"2026-11-23T08:00:00.000Z""#
  private static let tenant = #","tenantid":"01ARZ3NDEKTSV4RRFFQ69G5FAV""#

  private func workspace(parentID: WorkspaceID?, name: String = "Ünï\"c\\ode\u{1F}") -> Workspace {
    Workspace(
      id: .sample(5), tenantID: .sample(6), name: WorkspaceName(stored: name), parentID: parentID,
      createdAt: Timestamp(milliseconds: 1), updatedAt: Timestamp(milliseconds: 1999), version: 12)
  }

  private func encode(_ command: SampleCommand, _ outcome: Result<CommandReply, Rejection>) throws -> EncodedMessage {
    ResultEncoder.encode(outcome, of: try command.decoded(), id: .sample(7), at: .sample)
  }

  private func text(_ message: EncodedMessage) -> String { String(decoding: message.body, as: UTF8.self) }

  @Test func `a workspace`() throws {
    let message = try encode(SampleCommand("workspace.get"), .success(.workspace(workspace(parentID: .sample(4)))))
    #expect(
      text(message) == Self.head + #""workspace.get.succeeded""# + Self.time
        + #","subject":"00000000000000000000000005""#
        + Self.tenant + Self.tail
        + #","data":{"workspace":{"id":"00000000000000000000000005","tenant_id":"00000000000000000000000006","name":"Ünï\"c\\ode\u001f","parent_workspace_id":"00000000000000000000000004","is_root":false,"created_at":"1970-01-01T00:00:00.001Z","updated_at":"1970-01-01T00:00:01.999Z","version":12}}}"#
    )
    #expect(message.type == "workspace.get.succeeded")
    #expect(message.id == .sample(7))
    #expect(message.time == .sample)
    #expect(message.tenantID == TenantID(SampleCommand.tenant))
  }

  @Test(arguments: ["create_root", "create", "rename", "get"])
  func `a root has the parent null`(type: String) throws {
    let data =
      #"{"name":"n","workspace_id":"01ARZ3NDEKTSV4RRFFQ69G5FAW","parent_workspace_id":"01ARZ3NDEKTSV4RRFFQ69G5FAX"}"#
    let message = try encode(
      SampleCommand("workspace.\(type)", data: data), .success(.workspace(workspace(parentID: nil, name: "Root"))))
    #expect(
      text(message) == Self.head + #""workspace.\#(type).succeeded""# + Self.time
        + #","subject":"00000000000000000000000005""#
        + Self.tenant + Self.tail
        + #","data":{"workspace":{"id":"00000000000000000000000005","tenant_id":"00000000000000000000000006","name":"Root","parent_workspace_id":null,"is_root":true,"created_at":"1970-01-01T00:00:00.001Z","updated_at":"1970-01-01T00:00:01.999Z","version":12}}}"#
    )
  }

  @Test func `a deletion`() throws {
    let message = try encode(SampleCommand("workspace.delete"), .success(.deleted(.sample(5))))
    #expect(
      text(message) == Self.head + #""workspace.delete.succeeded""# + Self.time
        + #","subject":"01ARZ3NDEKTSV4RRFFQ69G5FAW""#
        + Self.tenant + Self.tail + #","data":{"workspace_id":"00000000000000000000000005"}}"#)
  }

  @Test func `a page, an empty one, and one that others follow`() throws {
    let list = SampleCommand("workspace.list", data: "{}")
    let start = Self.head + #""workspace.list.succeeded""# + Self.time + Self.tenant + Self.tail
    #expect(
      text(try encode(list, .success(.page(WorkspacePage(workspaces: [], next: nil))))) == start
        + #","data":{"workspaces":[],"count":0,"next":null}}"#)
    let two = WorkspacePage(
      workspaces: [workspace(parentID: nil, name: "a"), workspace(parentID: .sample(4), name: "b")], next: .sample(5))
    #expect(
      text(try encode(list, .success(.page(two)))) == start
        + #","data":{"workspaces":[{"id":"00000000000000000000000005","tenant_id":"00000000000000000000000006","name":"a","parent_workspace_id":null,"is_root":true,"created_at":"1970-01-01T00:00:00.001Z","updated_at":"1970-01-01T00:00:01.999Z","version":12},{"id":"00000000000000000000000005","tenant_id":"00000000000000000000000006","name":"b","parent_workspace_id":"00000000000000000000000004","is_root":false,"created_at":"1970-01-01T00:00:00.001Z","updated_at":"1970-01-01T00:00:01.999Z","version":12}],"count":2,"next":"00000000000000000000000005"}}"#
    )
  }

  @Test(arguments: [
    ("create_root", "{}", false), ("create_root", #"{"workspace_id":"01ARZ3NDEKTSV4RRFFQ69G5FAW"}"#, true),
    ("create", #"{"name":"n","parent_workspace_id":"01ARZ3NDEKTSV4RRFFQ69G5FAX"}"#, false),
    (
      "create",
      #"{"name":"n","parent_workspace_id":"01ARZ3NDEKTSV4RRFFQ69G5FAX","workspace_id":"01ARZ3NDEKTSV4RRFFQ69G5FAW"}"#,
      true
    ),
    ("rename", #"{"name":"n","workspace_id":"01ARZ3NDEKTSV4RRFFQ69G5FAW"}"#, true),
    ("delete", #"{"workspace_id":"01ARZ3NDEKTSV4RRFFQ69G5FAW"}"#, true),
    ("get", #"{"workspace_id":"01ARZ3NDEKTSV4RRFFQ69G5FAW"}"#, true),
    ("list", #"{"after":"01ARZ3NDEKTSV4RRFFQ69G5FAW"}"#, false),
  ])
  func `a rejection names the workspace that the command names, if any`(
    type: String, data: String, hasSubject: Bool
  ) throws {
    let message = try encode(
      SampleCommand("workspace.\(type)", data: data),
      .failure(Rejection(code: .workspaceNotFound, message: "it \"is\" not")))
    #expect(
      text(message) == Self.head + #""workspace.\#(type).rejected""# + Self.time
        + (hasSubject ? #","subject":"01ARZ3NDEKTSV4RRFFQ69G5FAW""# : "")
        + Self.tenant + Self.tail + #","data":{"error":{"code":"workspace_not_found","message":"it \"is\" not"}}}"#)
    #expect(message.type == "workspace.\(type).rejected")
  }

  @Test(arguments: [(nil, ""), ("a=1", #","tracestate":"a=1""#)] as [(String?, String)])
  func `the trace of the command is carried on, with and without a state`(state: String?, member: String) throws {
    let command = SampleCommand("workspace.delete").with("traceparent", "\"\(SampleCommand.traceparent)\"").with(
      "tracestate", state.map { "\"\($0)\"" })
    let message = try encode(command, .success(.deleted(.sample(5))))
    #expect(text(message).contains(Self.tail + ",\"traceparent\":\"\(SampleCommand.traceparent)\"\(member),\"data\":"))
  }

  @Test func `a failure of a command that was read in full`() throws {
    let message = ResultEncoder.encode(
      .unexpected, of: PartialEnvelope(try SampleCommand("workspace.delete").decoded()), id: .sample(7), at: .sample)
    #expect(
      text(message) == Self.head + #""workspace.delete.failed""# + Self.time
        + #","subject":"01ARZ3NDEKTSV4RRFFQ69G5FAW""# + Self.tenant + Self.tail + Self.ownTrace
        + #","data":{"error":{"code":"unexpected_failure","message":"the command failed unexpectedly"}}}"#)
    #expect(message.type == "workspace.delete.failed")
  }

  @Test func `a failure of a command that was not read at all leaves out what is unknown`() {
    let message = ResultEncoder.encode(
      CommandFailure(.malformedJSON, detail: "d"), of: PartialEnvelope(), id: .sample(7), at: .sample)
    #expect(
      text(message) == Self.head + #""command.failed""# + Self.time + Self.ownTrace
        + #","data":{"error":{"code":"malformed_json","message":"d"}}}"#)
    #expect(message.tenantID == nil)
  }

  /// A trace of its own, which is the same whenever the message is encoded.
  private static let ownTrace = #","traceparent":"\#(CommandTrace.context(ofMessage: .sample(7)).traceparent)""#

  @Test(arguments: [
    ("id", #","tenantid":"01ARZ3NDEKTSV4RRFFQ69G5FAV","commandsource":"/upstream""#, "workspace.get.failed"),
    ("source", #","tenantid":"01ARZ3NDEKTSV4RRFFQ69G5FAV","commandid":"c-1""#, "workspace.get.failed"),
    ("tenantid", #","commandid":"c-1","commandsource":"/upstream""#, "workspace.get.failed"),
    (
      "type", #","tenantid":"01ARZ3NDEKTSV4RRFFQ69G5FAV","commandid":"c-1","commandsource":"/upstream""#,
      "command.failed"
    ),
  ])
  func `a failure of a command that was read in part has what is known`(missing: String, members: String, type: String)
    throws
  {
    let refusal = try #require(SampleCommand().with(missing, nil).refusal)
    let message = ResultEncoder.encode(refusal.failure, of: refusal.envelope, id: .sample(7), at: .sample)
    #expect(
      text(message) == Self.head + "\"\(type)\"" + Self.time + members + Self.ownTrace
        + #","data":{"error":{"code":"invalid_envelope","message":"the attribute \#(missing) is missing"}}}"#)
    #expect(message.type == type)
  }

  @Test(arguments: [(248, true), (249, false)])
  func `a type that would not fit a routing key becomes command.failed`(length: Int, fits: Bool) throws {
    let refusal = try #require(SampleCommand(String(repeating: "t", count: length)).refusal)
    let message = ResultEncoder.encode(refusal.failure, of: refusal.envelope, id: .sample(7), at: .sample)
    #expect(message.type == (fits ? String(repeating: "t", count: length) + ".failed" : "command.failed"))
    #expect(message.type.utf8.count <= 255)
  }
}
