import EndToEndSupport
import Foundation
import Messaging
import TestSupport

/// Sends queries as any client may: messages to the exchange for queries, with a reply queue for the answers.
struct QueryClient {
  let sender: CommandSender
  let replies: Subscription

  static func open(on host: VirtualHost) async throws -> QueryClient {
    QueryClient(sender: try await CommandSender.open(on: host), replies: try await Subscription.replies(on: host))
  }

  /// Sends queries, and waits for all of their answers, in the order of the queries.
  func ask(_ queries: [Command]) async throws -> [CloudEvent] {
    try await sender.send(queries.map { $0.replying(to: replies.queue).message(to: "workspace.queries") })
    let ids = Set(queries.map(\.id))
    let messages = try await replies.collect("the answers") { messages in
      ids.isSubset(of: messages.compactMap(\.event?.commandid))
    }
    let answers = Dictionary(messages.compactMap { message in message.event.map { ($0.commandid ?? "", $0) } }) {
      first, _ in first
    }
    return queries.compactMap { answers[$0.id] }
  }

  func ask(_ query: Command) async throws -> CloudEvent? { try await ask([query]).first }

  /// Sends queries without waiting for answers.
  func send(_ queries: [Command]) async throws {
    try await sender.send(queries.map { $0.message(to: "workspace.queries") })
  }

  func close() async {
    await sender.close()
    await replies.close()
  }
}

/// A tenant of "boss" with two workspaces, one below the other, and a group; "member" may view the upper one.
struct QueriedTenant {
  let tenant = Command.newID()
  let root = Command.newID()
  let upper = Command.newID()
  let lower = Command.newID()
  let group = Command.newID()

  func command(_ type: String, _ data: String, by user: String? = "boss", minimum: Int? = nil) -> Command {
    let user = user.map { #","userid":"\#($0)""# } ?? ""
    return Command(type, data, tenant: tenant, extra: user + (minimum.map { #","minsequence":"\#($0)""# } ?? ""))
  }

  /// Creates the tenant, with ``eventCount`` events.
  func found(on deployment: Deployment, _ sender: CommandSender) async throws {
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let commands = [
      command("workspace.create_root", #"{"workspace_id":"\#(root)"}"#),
      command("workspace.create", #"{"name":"upper","parent_workspace_id":"\#(root)","workspace_id":"\#(upper)"}"#),
      command("workspace.create", #"{"name":"lower","parent_workspace_id":"\#(upper)","workspace_id":"\#(lower)"}"#),
      command("group.create", #"{"name":"staff","group_id":"\#(group)"}"#),
      command("tenant.set_member", #"{"user_id":"member","role":"member"}"#),
      command(
        "workspace.set_member", #"{"workspace_id":"\#(upper)","member":{"type":"user","id":"member"},"role":"member"}"#),
      command("group.set_member", #"{"group_id":"\#(group)","user_id":"member","role":"member"}"#),
    ]
    try await sender.send(commands)
    _ = try await results.first(commands.count)
    await results.close()
  }

  static let eventCount = 8

  /// The types and data of all queries that are commands, too.
  var common: [(type: String, data: String)] {
    [
      ("workspace.get", #"{"workspace_id":"\#(lower)"}"#), ("workspace.get", #"{"workspace_id":"\#(root)"}"#),
      ("workspace.list", "{}"),
      ("workspace.list", #"{"limit":1}"#), ("workspace.list_members", #"{"workspace_id":"\#(upper)"}"#),
      ("group.get", #"{"group_id":"\#(group)"}"#), ("group.list", "{}"),
      ("group.list_members", #"{"group_id":"\#(group)"}"#),
      ("tenant.list_members", "{}"),
      ("access.check", #"{"permission":"edit","object":{"type":"workspace","id":"\#(lower)"}}"#),
      ("access.check", #"{"permission":"view","object":{"type":"workspace","id":"\#(lower)"},"user_id":"member"}"#),
    ]
  }
}
