import EndToEndSupport
import Foundation
import Messaging
import TestFixtures
import TestSupport
import Testing

/// The same random user commands in two tenants. Permissions in one are decided by the database, in the other by a
/// SpiceDB double.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct ProviderAgreementTests {
  @Test(arguments: [11, 12] as [UInt64])
  func `random commands of users have the same results with either provider`(seed: UInt64) async throws {
    let deployment = try Deployment.current
    let (spicedb, environment) = try await deployment.startSpiceDB()
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    var shapes: [[String]] = []
    var count = 0
    for provider in ["postgres", "spicedb"] {
      let workload = RandomWorkload()
      let commands = workload.commands(seed: seed, count: 200)
      let worker = try await deployment.activeWorker(environment.merging(["AUTHORIZATION_PROVIDER": provider]) { $1 })
      try await sender.send(commands)
      count += commands.count
      let expected = count
      let messages = try await results.collect("the results of \(provider)") { $0.answeredCount == expected }
      let answers = Dictionary(messages.map { ($0.event?.commandid ?? "", $0) }) { first, _ in first }
      shapes.append(try commands.map { try workload.shape(of: try #require(answers[$0.id])) })
      #expect(try await worker.drain() == .code(0))
    }
    #expect(shapes[0] == shapes[1])
    for code in ["permission_denied", "workspace_not_found", "group_not_found"] {
      #expect(shapes[0].contains { $0.contains(code) }, "\(code) never occurred")
    }
    #expect(shapes[0].count { $0.contains(".succeeded") } > 50)
    #expect(try await spicedb.calls("CheckBulkPermissions") > 20)
    await sender.close()
    await results.close()
  }
}

/// Random commands on a few workspaces, groups and users of a tenant. With the same seed, two workloads differ only in
/// their ids, which sort in the same order.
private struct RandomWorkload {
  private let tenant = Command.newID()
  private let workspaces = (0..<7).map { _ in Command.newID() }.sorted()
  private let groups = (0..<2).map { _ in Command.newID() }.sorted()

  func commands(seed: UInt64, count: Int) -> [Command] {
    var random = SeededRandom(seed: seed)
    let founding = [
      command("workspace.create_root", ["workspace_id": workspaces[0], "name": "root"], by: "u1"),
      command("tenant.set_member", ["user_id": "u2", "role": "member"], by: "u1"),
      command("tenant.set_member", ["user_id": "u3", "role": "member"], by: "u1"),
      command("group.create", ["group_id": groups[0], "name": "g0"], by: "u2"),
    ]
    return founding + (0..<count).map { _ in next(&random) }
  }

  private func next(_ random: inout SeededRandom) -> Command {
    let (one, other) = (pick(workspaces, &random), pick(workspaces, &random))
    let (group, user) = (pick(groups, &random), pick(["u1", "u2", "u3", "u4"], &random))
    let member = Bool.random(using: &random) ? ["type": "user", "id": user] : ["type": "group", "id": group]
    let (role, rank) = (pick(["admin", "editor", "member"], &random), pick(["admin", "member"], &random))
    let name = "n\(Int.random(in: 0..<1000, using: &random))"
    let (type, data): (String, [String: Any]) =
      switch Int.random(in: 0..<22, using: &random) {
      case 0...3: ("workspace.create", ["workspace_id": one, "parent_workspace_id": other, "name": name])
      case 4: ("workspace.rename", ["workspace_id": one, "name": name])
      case 5...6: ("workspace.move", ["workspace_id": one, "parent_workspace_id": other])
      case 7: ("workspace.delete", ["workspace_id": one])
      case 8: ("workspace.get", ["workspace_id": one])
      case 9: ("workspace.list", ["limit": 3])
      case 10...11: ("workspace.set_member", ["workspace_id": one, "member": member, "role": role])
      case 12: ("workspace.remove_member", ["workspace_id": one, "member": member])
      case 13: ("workspace.list_members", ["workspace_id": one])
      case 14: ("group.create", ["group_id": group, "name": name])
      case 15: ("group.delete", ["group_id": group])
      case 16...17: ("group.set_member", ["group_id": group, "user_id": user, "role": rank])
      case 18: ("group.list", [:])
      // The founder's role never changes: otherwise nobody would be allowed to do anything before long.
      case 19: ("tenant.set_member", ["user_id": pick(["u2", "u3", "u4"], &random), "role": rank])
      case 20: ("tenant.remove_member", ["user_id": pick(["u3", "u4"], &random)])
      default:
        (
          "access.check",
          ["permission": pick(["view", "edit", "manage"], &random), "object": ["type": "workspace", "id": one]]
        )
      }
    return command(type, data, by: pick(["u1", "u1", "u2", "u3", "u4"], &random))
  }

  private func pick(_ values: [String], _ random: inout SeededRandom) -> String {
    values.randomElement(using: &random) ?? ""
  }

  private func command(_ type: String, _ data: [String: Any], by user: String) -> Command {
    let json = (try? JSONSerialization.data(withJSONObject: data)).map { String(decoding: $0, as: UTF8.self) }
    return Command(type, json ?? "", tenant: tenant, extra: #","userid":"\#(user)""#)
  }

  /// The type and data of a result, with names in place of ids and without timestamps.
  func shape(of message: Subscription.Message) throws -> String {
    let event = try #require(try JSONSerialization.jsonObject(with: Data(message.body)) as? [String: Any])
    let data = try JSONSerialization.data(
      withJSONObject: plain(event["data"] ?? ""), options: [.sortedKeys, .fragmentsAllowed])
    return names.reduce("\(event["type"] ?? "") \(String(decoding: data, as: UTF8.self))") { text, name in
      text.replacing(name.id, with: name.name)
    }
  }

  private func plain(_ value: Any) -> Any {
    switch value {
    case let object as [String: Any]: object.filter { !["created_at", "updated_at"].contains($0.key) }.mapValues(plain)
    case let list as [Any]: list.map(plain)
    default: value
    }
  }

  private var names: [(id: String, name: String)] {
    [(tenant, "tenant")] + workspaces.enumerated().map { ($1, "workspace \($0)") }
      + groups.enumerated().map { ($1, "group \($0)") }
  }
}
