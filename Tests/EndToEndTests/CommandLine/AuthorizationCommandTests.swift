import EndToEndSupport
import Foundation
import Messaging
import TestSupport
import Testing

/// `authorization check` and `explain`, on objects made by commands.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct AuthorizationCommandTests {
  private let tenant = Command.newID()
  private let root = Command.newID()
  private let design = Command.newID()
  private let staff = Command.newID()

  private func command(_ type: String, _ data: String) -> Command {
    Command(type, data, tenant: tenant, id: Command.newID(), extra: #","userid":"boss""#)
  }

  /// A tenant of "boss", whose group "Staff", with "ann" in it, is editor of the workspace "Design"; "bob" is only a
  /// member of the tenant.
  private func found(_ deployment: Deployment) async throws {
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker()
    let commands = [
      command("workspace.create_root", #"{"workspace_id":"\#(root)","name":"All"}"#),
      command("workspace.create", #"{"name":"Design","parent_workspace_id":"\#(root)","workspace_id":"\#(design)"}"#),
      command("group.create", #"{"name":"Staff","group_id":"\#(staff)"}"#),
      command("tenant.set_member", #"{"user_id":"ann","role":"member"}"#),
      command("tenant.set_member", #"{"user_id":"bob","role":"member"}"#),
      command("group.set_member", #"{"group_id":"\#(staff)","user_id":"ann","role":"member"}"#),
      command(
        "workspace.set_member",
        #"{"workspace_id":"\#(design)","member":{"type":"group","id":"\#(staff)"},"role":"editor"}"#),
    ]
    try await sender.send(commands)
    #expect(try await results.first(commands.count).allSatisfy { $0.event?.type.hasSuffix(".succeeded") == true })
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }

  private func ask(
    _ subcommand: String, _ user: String, _ permission: String, _ type: String, _ id: String, _ more: String...,
    environment: [String: String] = [:]
  ) async throws -> (exit: Program.Exit, output: String, errors: String) {
    let program = try Deployment.current.start(
      ["authorization", subcommand, user, permission, type, id, "--tenant", tenant] + more, environment)
    return (try await program.exit(), program.output, program.errors)
  }

  @Test func `check answers by its exit code, and explain gives the reason`() async throws {
    let deployment = try Deployment.current
    try await found(deployment)
    let yes = try await ask("check", "ann", "edit", "workspace", design)
    #expect(yes.exit == .code(0) && yes.output == "yes\n", "\(yes)")
    let no = try await ask("check", "ann", "manage", "workspace", design)
    #expect(no.exit == .code(2) && no.output == "no\n", "\(no)")
    let because = try await ask("explain", "ann", "edit", "workspace", design)
    #expect(because.exit == .code(0))
    #expect(
      because.output == """
        yes: ann may edit workspace \(design) (Design)
        because group \(staff) (Staff), which includes ann, is editor of workspace \(design) (Design)
        path: All > Design

        """)
    let lack = try await ask("explain", "bob", "view", "workspace", design)
    #expect(lack.exit == .code(2))
    #expect(
      lack.output == """
        no: bob may not view workspace \(design) (Design)
        because none of these roles suffices:
          bob is member of tenant \(tenant)
        path: All > Design

        """)
    let missing = try await ask("explain", "boss", "view", "workspace", Command.newID())
    #expect(
      missing.exit == .code(2) && missing.output.contains("because the tenant has no such workspace"), "\(missing)")
    let open = try await ask("explain", "bob", "create_child", "workspace", root)
    #expect(open.exit == .code(0) && open.output.contains("authorization.open_root"), "\(open)")
    let closed = try await ask(
      "check", "bob", "create_child", "workspace", root, environment: ["AUTHORIZATION_OPEN_ROOT": "false"])
    #expect(closed.exit == .code(2), "\(closed)")
    let unenforced = try await ask(
      "explain", "bob", "view", "workspace", design, environment: ["AUTHORIZATION_ENFORCE": "false"])
    #expect(
      unenforced.exit == .code(2) && unenforced.output.contains("authorization.enforce is false"), "\(unenforced)")
  }

  @Test func `answers are available to programs, too`() async throws {
    let deployment = try Deployment.current
    try await found(deployment)
    let answer = try await ask("explain", "ann", "edit", "workspace", design, "--format", "json")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
    #expect(
      Set(object.keys) == [
        "allowed", "enforced", "ground", "object", "path", "permission", "roles", "tenant_id", "user_id",
      ])
    #expect(object["allowed"] as? Bool == true)
    let ground = try #require(object["ground"] as? [String: Any])
    #expect(ground["type"] as? String == "role")
    let role = try #require(ground["role"] as? [String: Any])
    #expect(role["role"] as? String == "editor")
    #expect(role["member"] as? [String: String] == ["type": "group", "id": staff])
    #expect((object["path"] as? [[String: String]])?.map { $0["id"] } == [root, design])
    let check = try await ask("check", "bob", "view", "group", staff, "--format", "json")
    #expect(check.exit == .code(2))
    #expect(
      check.output == #"{"allowed":false,"object":{"id":"\#(staff)","type":"group"},"permission":"view","#
        + #""tenant_id":"\#(tenant)","user_id":"bob"}"# + "\n")
  }

  @Test(arguments: [
    ["ann", "edit", "tenant", "T"], ["ann", "fly", "workspace", "T"], ["ann", "view", "planet", "T"],
    ["ann", "view", "workspace", "x"],
    ["", "view", "workspace", "T"],
  ])
  func `a permission that can't exist is a usage error`(words: [String]) async throws {
    let words = words.map { $0 == "T" ? tenant : $0 }
    let answer = try await ask("check", words[0], words[1], words[2], words[3])
    #expect(answer.exit == .code(64), "\(answer)")
    #expect(answer.output.isEmpty)
  }
}
