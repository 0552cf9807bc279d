import EndToEndSupport
import Foundation
import Messaging
import RabbitMQClient
import Secrets
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .deployment)
struct AccessListTests {
  @Test func `a command outside the list is a dead letter without effect, and its result reveals nothing`()
    async throws
  {
    let deployment = try Deployment.current
    let user = try await deployment.host.broker.management.createUser(for: deployment.host.name)
    let (mine, theirs) = (Command.newID(), Command.newID())
    let worker = try await deployment.activeWorker([
      "ACCESS_FILE": try list(
        """
        senders:
          - user: \(user.name)
            app: "portal-?"
            types: [workspace.create*, workspace.list]
            tenants: [\(mine)]
          - user: guest
            types: ["*"]
            tenants: ["*"]
        """)
    ])
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let (myRoot, theirRoot) = (Command.newID(), Command.newID())
    let admin = try await CommandSender.open(on: deployment.host)
    let there = Command.createRoot(theirs, id: theirRoot).sent(by: "guest", nil)
    try await admin.send([there])
    _ = try await results.first(1)
    let permitted = [Command.createRoot(mine, id: myRoot), .create(mine, "a", below: myRoot)].map {
      $0.sent(by: user.name, "portal-1")
    }
    var copy = there
    copy.properties.userID = ShortString(user.name)
    let forbidden = [
      Command.delete(mine, myRoot).sent(by: user.name, "portal-1"),
      Command.create(mine, "b", below: myRoot).sent(by: user.name, "portal-12"),
      Command.create(mine, "c", below: myRoot).sent(by: user.name, nil),
      Command.create(mine, "d", below: myRoot).sent(by: nil, "portal-1"),
      Command("workspace.list", "{}", tenant: theirs).sent(by: user.name, "portal-1"),
      Command("workspace.list", "{}", tenant: Command.newID()).sent(by: user.name, "portal-1"),
      // The id of an executed command: its answer is not for everybody.
      copy.sent(by: user.name, "portal-1"),
    ]
    var configuration = try deployment.host.configuration()
    configuration.authentication = .plain(user: user.name, password: Secret(user.password))
    try await deployment.host.withPublisher(PublisherOptions(), configuration) { publisher in
      try await publisher.publish((permitted + forbidden).map { $0.message() })
    }
    let answers = try await results.first(1 + permitted.count + forbidden.count).dropFirst()
    #expect(answers.prefix(2).allSatisfy { $0.event?.type.hasSuffix(".succeeded") == true })
    let failures = answers.dropFirst(2)
    #expect(failures.allSatisfy { $0.code == "forbidden_sender" })
    #expect(
      Set(failures.map { $0.event?.data.error?.message }).count == 1,
      "the result is the same for existing and missing workspaces")
    #expect(
      try await deployment.letters().map(\.reason) == Array(repeating: "forbidden_sender", count: forbidden.count))
    #expect(try await deployment.records().workspaces.rows == 3)
    let refused = try await worker.metrics().value(
      "workspace_worker_dead_letters_total", ["reason": "forbidden_sender"])
    #expect(refused == Double(forbidden.count))
    #expect(try await worker.drain() == .code(0))
    try await deployment.host.broker.management.deleteUser(user.name)
    await admin.close()
    await results.close()
  }

  @Test func `operators send and replay as the user that they connect as`() async throws {
    let deployment = try Deployment.current
    let file = try list("senders: [{user: guest, types: ['*'], tenants: ['*']}]")
    let worker = try await deployment.activeWorker(["ACCESS_FILE": file])
    let tenant = Command.newID()
    let unnamed = try await deployment.run("send", "workspace.create_root", "--tenant", tenant, "--wait")
    #expect(unnamed.exit != .code(0) && unnamed.output.contains("forbidden_sender"))
    let access = ["ACCESS_FILE": file]
    let sent = try await deployment.run("send", "workspace.list", "--tenant", tenant, "--wait", environment: access)
    #expect(sent.exit == .code(0), "\(sent.errors)")
    let replay = try await deployment.run(
      "dead-letters", "replay", "--reason", "forbidden_sender", "--because", "it was me", environment: access)
    #expect(replay.exit == .code(0), "\(replay.output) \(replay.errors)")
    let found = try await deployment.run("send", "workspace.list", "--tenant", tenant, "--wait", environment: access)
    #expect(try CloudEvent(Array(found.output.utf8)).data.count == 1)
    #expect(try await worker.drain() == .code(0))
  }

  @Test(arguments: [
    "senders: [{user: a, types: ['*']}]", "senders: [{user: a, types: ['*'], tenants: ['*'], tenant: x}]",
    "senders: {}",
    "senders: [{user: '', types: ['*'], tenants: ['*']}]",
    "senders: [{user: a, types: [workspace.make], tenants: ['*']}]",
    "rules: []", "", ": [", "senders: [{user: a, types: '*', tenants: ['*']}]",
  ])
  func `an invalid or missing list stops the start`(text: String) async throws {
    let deployment = try Deployment.current
    for path in [try list(text), "/nowhere.yaml"] {
      let result = try await deployment.run("serve", environment: ["ACCESS_FILE": path])
      #expect(result.exit == .code(78))
      #expect(result.errors.contains("access.file") && result.errors.contains(path))
    }
  }

  @Test func `the mistakes of all senders are named at once`() async throws {
    let file = try list(
      """
      senders:
        - {user: a, types: ['*'], tenants: ['*'], tenant: x}
        - {user: b, types: ['*'], tenants: ['*']}
        - {user: c, types: [workspace.make], tenants: ['*']}
        - {user: d, types: ['*']}
      """)
    let result = try await Deployment.current.run("serve", environment: ["ACCESS_FILE": file])
    #expect(result.exit == .code(78))
    for part in [
      "sender 1: unknown: tenant;", "sender 3: no command's type matches 'workspace.make'",
      "sender 4: tenants is missing",
    ] {
      #expect(result.errors.contains(part), "\(result.errors)")
    }
    #expect(!result.errors.contains("sender 2") && !result.errors.contains("DecodingError"))
  }

  @Test func `the example is a valid list`() async throws {
    let example = PythonTool.repository.appending(path: "config/access.yaml").path
    let result = try await Deployment.current.run("config", "show", environment: ["ACCESS_FILE": example])
    #expect(result.exit == .code(0), "\(result.errors)")
  }

  private func list(_ text: String) throws -> String {
    let file = try Deployment.current.folder.appending(path: "access-\(Command.newID()).yaml")
    try text.write(to: file, atomically: true, encoding: .utf8)
    return file.path
  }
}

extension Command {
  fileprivate func sent(by user: String?, _ app: String?) -> Command {
    var command = self
    command.properties.userID = user.flatMap { ShortString($0) }
    command.properties.appID = app.flatMap { ShortString($0) }
    return command
  }
}
