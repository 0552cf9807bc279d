import EndToEndSupport
import Messaging
import TestSupport
import Testing

/// Commands whose values are as long, as odd or as similar to each other as the contract allows.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct LimitsTests {
  private static let tenant = Command.newID()
  private static let root = Command.newID()

  @Test func `values at their limits come through unchanged`() async throws {
    let long = String(repeating: "😀", count: 512)
    let (id, user, source) = (
      String(repeating: "𝄞", count: 128), String(repeating: "界", count: 255), "/" + String(repeating: "s", count: 255)
    )
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    let extra =
      #","userid":"\#(user)","traceparent":"\#(trace)","tracestate":"a=1,b=2","unknown":{"deep":[1]},"datacontenttype":"x""#
    var padded = Command.get(Self.tenant, Self.root)
    padded.body += [UInt8](repeating: 0x20, count: 256 << 10 - padded.body.count)
    let results = try await answers([
      Command(
        "workspace.create_root", #"{"workspace_id":"\#(Self.root)"}"#, tenant: Self.tenant,
        extra: #","userid":"\#(user)""#),
      Command(
        "workspace.create", #"{"name":"\#(long)","parent_workspace_id":"\#(Self.root)","x":1}"#, tenant: Self.tenant,
        id: id,
        source: source, extra: extra),
      padded,
    ])
    let created = try #require(results[1].event)
    #expect(created.data.workspace?.name == long)
    #expect(created.commandid == id && created.commandsource == source)
    #expect(created.traceparent == trace && created.tracestate == "a=1,b=2")
    #expect(results[1].properties.correlationID == nil, "512 bytes don't fit")
    #expect(results[2].event?.data.workspace?.id == Self.root)
  }

  @Test func `values that only look alike are different`() async throws {
    let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
    func create(_ name: String, id: String = Command.newID()) -> Command {
      Command(
        "workspace.create", #"{"name":"\#(name)","parent_workspace_id":"\#(Self.root)"}"#, tenant: Self.tenant, id: id)
    }
    let results = try await answers([
      .createRoot(Self.tenant, id: Self.root), create(composed), create(decomposed), create("Name"), create("name"),
      create("one", id: composed), create("two", id: decomposed), create(" \u{3000}name\u{2028} "),
      create("a\u{200B}"), create("a"), create("a\u{85}b"), create("\u{FEFF}"),
    ])
    #expect(
      results.dropFirst().map(\.code) == [
        nil, nil, nil, nil, nil, nil, "duplicate_workspace_name", nil, nil, "invalid_workspace_name",
        // The name has no visible character.
        "invalid_workspace_name",
      ])
  }

  @Test func `the order of keys, escapes and spellings of numbers don't make a different command`() async throws {
    let id = Command.newID()
    let data = [
      #"{"limit":10,"after":"\#(Self.root)"}"#, #"{ "after" : "\#(Self.root)", "limit" : 1e1 }"#,
      #"{"\u006cimit":10.0,"after":"\#(Self.root)"}"#,
    ]
    let other = [
      #"{"limit":11,"after":"\#(Self.root)"}"#, #"{"limit":10}"#, #"{"limit":10,"after":"\#(Self.root)","x":null}"#,
    ]
    let results = try await answers((data + other).map { Command("workspace.list", $0, tenant: Self.tenant, id: id) })
    #expect(Set(results.prefix(3).map(\.body)).count == 1)
    #expect(results.suffix(3).map(\.code) == Array(repeating: "idempotency_conflict", count: 3))
    #expect(Set(results.map(\.body)).count == 4)
  }

  @Test func `pages of a long list join without a gap`() async throws {
    let names = (0..<700).map { "\($0) " + String(repeating: "界", count: 500) }
    let commands =
      [Command.createRoot(Self.tenant, id: Self.root)] + names.map { .create(Self.tenant, $0, below: Self.root) }
    func list(_ data: String) -> Command { Command("workspace.list", data, tenant: Self.tenant) }
    let made = try await answers(commands)
    let ids = made.compactMap { $0.event?.data.workspace?.id }.sorted()
    let pages = try await answers([
      list(#"{"limit":500}"#), list(#"{"limit":500,"after":"\#(ids[499])"}"#), list("{}"), list("null"),
      list(#"{"limit":1}"#), list(#"{"after":"\#(ids[700])"}"#), list(#"{"limit":201,"after":"\#(ids[499])"}"#),
      Command("workspace.list", "{}", tenant: Command.newID()),
    ])
    #expect(pages.map(\.event?.data.count) == [500, 201, 100, 100, 1, 0, 201, 0])
    #expect(pages.map(\.event?.data.next) == [ids[499], nil, ids[99], ids[99], ids[0], nil, nil, nil])
    #expect((0...1).flatMap { pages[$0].event?.data.workspaces?.map(\.id) ?? [] } == ids)
  }

  @Test func `an event names its user, and has no creator if the command named none`() async throws {
    let deployment = try Deployment.current
    let events = try await Subscription.to("workspace.events", on: deployment.host)
    let data = #"{"workspace_id":"\#(Self.root)"}"#
    _ = try await answers([
      Command(
        "workspace.create_root", data, tenant: Self.tenant,
        extra: #","userid":"u","traceparent":"bad","tracestate":"a""#),
      .create(Self.tenant, "child", below: Self.root), .rename(Self.tenant, Self.root, to: " Root "),
      .rename(Self.tenant, Self.root, to: "another"),
    ])
    let messages = try await events.first(4)
    for message in messages { try Expectations.event(message) }
    #expect(
      messages.map(\.event?.type) == [
        "workspace.created", "tenant.member_set", "workspace.created", "workspace.renamed",
      ])
    #expect(messages.map(\.event?.userid) == ["u", "u", nil, nil])
    #expect(messages.map(\.event?.data.creatorID) == ["u", nil, nil, nil])
    #expect(messages.map(\.event?.data.isRoot) == [true, nil, false, nil])
    #expect(messages.map(\.event?.data.oldName) == [nil, nil, nil, "Root"])
    #expect(messages[0].event?.traceparent?.hasPrefix("00-") == true, "an invalid trace is replaced")
    await events.close()
  }

  /// Sends commands, starts a worker, and returns its results in order.
  private func answers(_ commands: [Command]) async throws -> [Subscription.Message] {
    let deployment = try Deployment.current
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    try await sender.send(commands)
    let worker = try await deployment.activeWorker()
    let messages = try await results.first(commands.count)
    #expect(try await worker.drain() == .code(0))
    try await deployment.commandsAreDone()
    await sender.close()
    await results.close()
    return messages
  }
}
