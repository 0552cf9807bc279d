import MessageContract
import Testing
import WorkspaceApplication
import WorkspaceDomain

/// The `data` of the commands on workspaces.
@Suite struct CommandDataTests {
  private static let id = "\"workspace_id\":\"\(SampleCommand.workspace)\""
  private static let parent = "\"parent_workspace_id\":\"\(SampleCommand.parent)\""
  private static let workspaceID =
    WorkspaceID(SampleCommand.workspace) ?? .init(ULID(milliseconds: 0, randomness: .init(high: 0, low: 0)))
  private static let parentID =
    WorkspaceID(SampleCommand.parent) ?? .init(ULID(milliseconds: 0, randomness: .init(high: 0, low: 0)))

  @Test(
    arguments: [
      ("create_root", "{}", .createRoot(name: nil, id: nil)), ("create_root", "null", .createRoot(name: nil, id: nil)),
      ("create_root", "{\"name\":null,\"workspace_id\":null}", .createRoot(name: nil, id: nil)),
      ("create_root", "{\"name\":\"\",\(id)}", .createRoot(name: "", id: workspaceID)),
      ("create_root", "{\"name\":\"R\",\"unknown\":[1,{}]}", .createRoot(name: "R", id: nil)),
      ("create", "{\"name\":\" n \",\(parent)}", .create(name: " n ", parentID: parentID, id: nil)),
      ("create", "{\"name\":\"\\u0000\",\(parent),\(id)}", .create(name: "\0", parentID: parentID, id: workspaceID)),
      ("create", "{\"name\":\"n\",\(parent),\"workspace_id\":null}", .create(name: "n", parentID: parentID, id: nil)),
      ("rename", "{\(id),\"name\":\"n\"}", .rename(id: workspaceID, name: "n")),
      ("move", "{\(id),\(parent)}", .move(id: workspaceID, parentID: parentID)),
      ("delete", "{\(id)}", .delete(id: workspaceID)), ("get", "{\(id),\"limit\":\"x\"}", .get(id: workspaceID)),
      ("get", "{\"workspace_id\":\"\(SampleCommand.workspace.lowercased())\"}", .get(id: workspaceID)),
      ("list", "{}", .list(limit: 100, after: nil)), ("list", "null", .list(limit: 100, after: nil)),
      ("list", "{\"limit\":null,\"after\":null}", .list(limit: 100, after: nil)),
      ("list", "{\"limit\":1}", .list(limit: 1, after: nil)),
      ("list", "{\"limit\":500}", .list(limit: 500, after: nil)),
      ("list", "{\"limit\":5e2}", .list(limit: 500, after: nil)),
      ("list", "{\"limit\":20.0}", .list(limit: 20, after: nil)),
      ("list", "{\"after\":\"\(SampleCommand.workspace)\"}", .list(limit: 100, after: workspaceID)),
    ] as [(String, String, any WorkspaceCommand)])
  func `valid data becomes the command`(type: String, data: String, command: any WorkspaceCommand) throws {
    #expect(try SampleCommand("workspace.\(type)", data: data).decoded().command.isEqual(to: command))
  }

  @Test(arguments: ["create_root", "list"])
  func `absent data counts as empty`(type: String) throws {
    let command = SampleCommand("workspace.\(type)")
    #expect(try command.with("data", nil).decoded() == command.with("data", "{}").decoded())
    #expect(try command.with("data", "null").decoded() == command.with("data", "{}").decoded())
  }

  @Test(arguments: [
    ("create_root", "[]"), ("create_root", "\"\""), ("create_root", "0"), ("create_root", "false"),
    ("create_root", "{\"name\":1}"), ("create_root", "{\"name\":[\"n\"]}"), ("create_root", "{\"workspace_id\":1}"),
    ("create_root", "{\"workspace_id\":\"\"}"), ("create_root", "{\"workspace_id\":\"x\"}"),
    ("create", "{}"), ("create", "null"), ("create", "{\"name\":\"n\"}"), ("create", "{\(parent)}"),
    ("create", "{\"name\":null,\(parent)}"), ("create", "{\"name\":\"n\",\"parent_workspace_id\":null}"),
    ("create", "{\"name\":\"n\",\"parent_workspace_id\":\"root\"}"), ("create", "{\"name\":1,\(parent)}"),
    ("create", "{\"name\":\"n\",\(parent),\"workspace_id\":{}}"), ("rename", "{\(id)}"), ("rename", "{\"name\":\"n\"}"),
    ("move", "{\(id)}"), ("move", "{\(parent)}"), ("move", "{\(id),\"parent_workspace_id\":null}"),
    ("rename", "{\(id),\"name\":null}"), ("rename", "{\(id),\"name\":true}"), ("delete", "{}"),
    ("delete", "{\"workspace_id\":null}"),
    ("delete", "{\"workspace_id\":123}"), ("get", "{}"), ("get", "{\"workspace_id\":\"81ARZ3NDEKTSV4RRFFQ69G5FAV\"}"),
    ("get", "{\"id\":\"x\"}"),
    ("list", "{\"limit\":0}"), ("list", "{\"limit\":501}"), ("list", "{\"limit\":-1}"), ("list", "{\"limit\":1.5}"),
    ("list", "{\"limit\":\"10\"}"), ("list", "{\"limit\":true}"), ("list", "{\"limit\":1e300}"),
    ("list", "{\"limit\":1e-300}"),
    ("list", "{\"limit\":99999999999999999999}"), ("list", "{\"after\":1}"), ("list", "{\"after\":\"x\"}"),
    ("list", "{\"after\":\"\"}"),
  ])
  func `data of the wrong shape is refused, and the envelope is read in full`(type: String, data: String) throws {
    let refusal = try #require(SampleCommand("workspace.\(type)", data: data).refusal)
    #expect(refusal.reason == .invalidData)
    var envelope = PartialEnvelope(
      try SampleCommand("workspace.\(type)", data: "{\(Self.id),\(Self.parent),\"name\":\"n\"}").decoded())
    envelope.subject = nil
    #expect(refusal.envelope == envelope)
  }

  @Test(arguments: ["name", "workspace_id", "parent_workspace_id"])
  func `explanations are logged, so none repeats a value`(name: String) throws {
    for value in ["[\"SECRET\"]", "{\"SECRET\":1}", "4711"] {
      var members = ["name": "\"n\"", "workspace_id": "null", "parent_workspace_id": "\"\(SampleCommand.parent)\""]
      members[name] = value
      let data = "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
      let detail = try #require(SampleCommand("workspace.create", data: data).refusal).detail
      #expect(detail.contains(name))
      #expect(!detail.contains("SECRET") && !detail.contains("4711"))
    }
  }

  @Test func `the commands have the names of the contract`() {
    #expect(
      CommandType.allCases.map(\.rawValue) == [
        "workspace.create_root", "workspace.create", "workspace.rename", "workspace.move", "workspace.delete",
        "workspace.get", "workspace.list",
        "workspace.set_member", "workspace.remove_member", "workspace.list_members", "group.create", "group.rename",
        "group.delete",
        "group.get", "group.list", "group.set_member", "group.remove_member", "group.list_members", "tenant.set_member",
        "tenant.remove_member", "tenant.list_members", "tenant.delete", "access.check",
      ])
    #expect(
      DeadLetterReason.allCases.map(\.rawValue) == [
        "malformed_json", "invalid_envelope", "unknown_command_type", "invalid_data", "message_too_large",
        "forbidden_sender", "unexpected_failure", "crash_loop", "parked_line_full", "withdrawn_by_operator",
        "broker_dead_lettered", "unreadable_row",
      ])
  }
}
