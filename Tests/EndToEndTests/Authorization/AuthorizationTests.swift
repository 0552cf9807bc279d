import EndToEndSupport
import Messaging
import TestSupport
import Testing

/// Who may do what, as senders see it.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct AuthorizationTests {
  private let tenant = Command.newID()
  private let root = Command.newID()
  private let shown = Command.newID()
  private let hidden = Command.newID()
  private let group = Command.newID()

  private func command(_ type: String, _ data: String, by user: String?, id: String = Command.newID()) -> Command {
    Command(type, data, tenant: tenant, id: id, extra: user.map { #","userid":"\#($0)""# } ?? "")
  }

  /// A tenant of "boss" with two workspaces and a group, and "member", who is a member of one of the workspaces.
  private var founding: [Command] {
    [
      command("workspace.create_root", #"{"workspace_id":"\#(root)"}"#, by: "boss"),
      command(
        "workspace.create", #"{"name":"shown","parent_workspace_id":"\#(root)","workspace_id":"\#(shown)"}"#, by: "boss"
      ),
      command(
        "workspace.create", #"{"name":"hidden","parent_workspace_id":"\#(root)","workspace_id":"\#(hidden)"}"#,
        by: "boss"),
      command("group.create", #"{"name":"staff","group_id":"\#(group)"}"#, by: "boss"),
      command("tenant.set_member", #"{"user_id":"member","role":"member"}"#, by: "boss"),
      command(
        "workspace.set_member", #"{"workspace_id":"\#(shown)","member":{"type":"user","id":"member"},"role":"member"}"#,
        by: "boss"),
    ]
  }

  /// The types and data of every command that names an object.
  private static func naming(_ workspace: String, _ group: String, root: String) -> [(type: String, data: String)] {
    let user = #""member":{"type":"user","id":"member"}"#
    return [
      ("workspace.create", #"{"name":"n","parent_workspace_id":"\#(workspace)"}"#),
      ("workspace.rename", #"{"workspace_id":"\#(workspace)","name":"n"}"#),
      ("workspace.delete", #"{"workspace_id":"\#(workspace)"}"#),
      ("workspace.move", #"{"workspace_id":"\#(workspace)","parent_workspace_id":"\#(root)"}"#),
      ("workspace.move", #"{"workspace_id":"\#(workspace)","parent_workspace_id":"\#(workspace)"}"#),
      ("workspace.get", #"{"workspace_id":"\#(workspace)"}"#),
      ("workspace.set_member", #"{"workspace_id":"\#(workspace)",\#(user),"role":"admin"}"#),
      ("workspace.remove_member", #"{"workspace_id":"\#(workspace)",\#(user)}"#),
      ("workspace.list_members", #"{"workspace_id":"\#(workspace)"}"#),
      ("group.rename", #"{"group_id":"\#(group)","name":"n"}"#), ("group.delete", #"{"group_id":"\#(group)"}"#),
      ("group.get", #"{"group_id":"\#(group)"}"#),
      ("group.set_member", #"{"group_id":"\#(group)","user_id":"member","role":"admin"}"#),
      ("group.remove_member", #"{"group_id":"\#(group)","user_id":"member"}"#),
      ("group.list_members", #"{"group_id":"\#(group)"}"#),
      ("access.check", #"{"permission":"view","object":{"type":"workspace","id":"\#(workspace)"}}"#),
      ("access.check", #"{"permission":"view","object":{"type":"workspace","id":"\#(workspace)"},"user_id":"boss"}"#),
      ("access.check", #"{"permission":"manage","object":{"type":"group","id":"\#(group)"},"user_id":"boss"}"#),
    ]
  }

  @Test(arguments: ["postgres", "spicedb"])
  func `invisible and missing objects are answered with the same bytes`(provider: String) async throws {
    let deployment = try Deployment.current
    let spicedb = provider == "spicedb" ? try await deployment.startSpiceDB() : nil
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker(
      (spicedb?.environment ?? [:]).merging(["AUTHORIZATION_PROVIDER": provider]) { $1 })
    try await sender.send(founding)
    #expect(try await results.first(founding.count).allSatisfy { $0.event?.type.hasSuffix(".succeeded") == true })
    let (missingWorkspace, missingGroup) = (Command.newID(), Command.newID())
    var commands: [Command] = []
    for user in ["member", "outsider"] {
      let pairs = zip(
        Self.naming(hidden, group, root: root), Self.naming(missingWorkspace, missingGroup, root: root))
      for (one, other) in pairs {
        commands += [command(one.type, one.data, by: user), command(other.type, other.data, by: user)]
      }
    }
    try await sender.send(commands)
    let count = founding.count + commands.count
    let all = try await results.collect("all results") { $0.answeredCount == count }
    let answers = Array(all.firstAnswers.dropFirst(founding.count))
    for index in stride(from: 0, to: answers.count, by: 2) {
      let (one, other) = (answers[index], answers[index + 1])
      #expect(
        shape(of: one, replacing: [hidden: "W", group: "G"])
          == shape(of: other, replacing: [missingWorkspace: "W", missingGroup: "G"]),
        "\(commands[index].routingKey)")
      #expect(one.properties.headers == other.properties.headers)
    }
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }

  /// The bytes of an answer without what is unique to each message.
  private func shape(of message: Subscription.Message, replacing names: [String: String]) -> String {
    var text = String(decoding: message.body, as: UTF8.self)
    guard let event = message.event else { return text }
    for (own, name) in [(event.id, "ID"), (event.time ?? "", "TIME"), (event.commandid ?? "", "COMMAND")]
      + names.map({ ($0, $1) })
    {
      text.replace(own, with: name)
    }
    if let trace = event.traceparent { text.replace(trace, with: "TRACE") }
    return text
  }

  @Test func `a denial is remembered: a repetition gets the same bytes, whatever its user may do by now`()
    async throws
  {
    let deployment = try Deployment.current
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker()
    let denied = command("workspace.rename", #"{"workspace_id":"\#(shown)","name":"mine"}"#, by: "member")
    let again = command("workspace.rename", #"{"workspace_id":"\#(shown)","name":"mine"}"#, by: "member")
    try await sender.send(
      founding + [
        denied,
        command(
          "workspace.set_member",
          #"{"workspace_id":"\#(shown)","member":{"type":"user","id":"member"},"role":"admin"}"#, by: "boss"),
        denied, again,
      ])
    let answers = try await results.first(founding.count + 4).dropFirst(founding.count).map(\.self)
    #expect(answers[0].code == "permission_denied")
    #expect(answers[2].body == answers[0].body)
    #expect(answers[3].event?.type == "workspace.rename.succeeded")
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }

  @Test func `the authorization settings apply: no enforcement, users required, and the defaults`() async throws {
    let deployment = try Deployment.current
    let sender = try await CommandSender.open(on: deployment.host)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    for (settings, user, code) in [
      (["AUTHORIZATION_ENFORCE": "false"], "outsider", nil),
      (["AUTHORIZATION_REQUIRE_USER": "true"], nil, "user_required"),
      ([:], "outsider", "workspace_not_found"), ([:], nil, nil),
    ] as [([String: String], String?, String?)] {
      if await results.messages.isEmpty {
        let first = try await deployment.activeWorker()
        try await sender.send(founding)
        _ = try await results.first(founding.count)
        #expect(try await first.drain() == .code(0))
      }
      let worker = try await deployment.activeWorker(settings)
      let count = await results.messages.count
      try await sender.send([command("workspace.get", #"{"workspace_id":"\#(hidden)"}"#, by: user)])
      #expect(try await results.first(count + 1).last?.code == code, "\(settings)")
      #expect(try await worker.drain() == .code(0))
    }
    let refused = try await deployment.run(
      "config", "show", environment: ["AUTHORIZATION_REQUIRE_USER": "true", "AUTHORIZATION_TENANT_CREATION": "system"])
    #expect(refused.exit == .code(78) && refused.errors.contains("tenant_creation"))
    await sender.close()
    await results.close()
  }
}
