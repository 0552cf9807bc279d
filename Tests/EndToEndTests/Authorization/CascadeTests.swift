import EndToEndSupport
import Messaging
import PostgresClient
import TestSupport
import Testing

/// The removal of a user who has more roles than one transaction removes.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct CascadeTests {
  private static let count = 12_000

  @Test func `a removal resumes after a crash, reports each role once, and needs no more memory than its parts`()
    async throws
  {
    let deployment = try Deployment.current
    let (tenant, root) = (Command.newID(), Command.newID())
    func command(_ type: String, _ data: String) -> Command {
      Command(type, data, tenant: tenant, id: Command.newID(), extra: #","userid":"boss""#)
    }
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let events = try await Subscription.to("workspace.events", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker()
    try await sender.send([
      command("workspace.create_root", #"{"workspace_id":"\#(root)"}"#),
      command("tenant.set_member", #"{"user_id":"importer","role":"member"}"#),
    ])
    _ = try await results.first(2)
    try await deployment.database.withConnection { connection in
      try await connection.execute(script: Self.rows(of: tenant, below: root))
    }

    let removal = command("tenant.remove_member", #"{"user_id":"importer"}"#)
    try await sender.send([removal])
    _ = try await events.first(100)
    try await worker.program.crash()
    let next = try await deployment.activeWorker()
    let all = try await results.collect("the answer") { messages in
      messages.contains { $0.event?.type == "tenant.remove_member.succeeded" }
    }
    #expect(Set(all.compactMap(\.event?.id)).count == 3)
    let peak = try #require(next.peakMemory)
    #expect(peak < 256 << 20, "\(peak >> 20) MiB")
    #expect(try await next.drain() == .code(0))

    let told = try await events.everything(on: deployment.host).compactMap(\.event)
    let removed = told.filter { $0.type == "workspace.member_removed" }
    #expect(Set(removed.map(\.id)).count == Self.count)
    #expect(Set(removed.compactMap(\.subject)).count == Self.count)
    let types = Dictionary(told.map { (Int($0.sequence ?? "") ?? 0, $0.type) }) { first, _ in first }
    #expect(types.keys.sorted() == Array(1...Self.count + 4))
    #expect(types[Self.count + 4] == "tenant.member_removed")
    try await deployment.database.withConnection { connection in
      let left = try await connection.query("left", "select count(*) from workspace_members where user_id = 'importer'")
      #expect(try left[0].count() == 0)
    }
    await sender.close()
    await results.close()
    await events.close()
  }

  /// SQL that inserts `count` workspaces, each with a role for "importer".
  private static func rows(of tenant: String, below root: String) -> String {
    """
    insert into workspaces (id, tenant_id, name, parent_workspace_id, created_at, updated_at, version)
    select lpad(n::text, 26, '0'), '\(tenant)', 'w' || n, '\(root)', now(), now(), 1 from generate_series(1, \(count)) as n;
    insert into workspace_members (tenant_id, workspace_id, member_type, member_id, role)
    select '\(tenant)', lpad(n::text, 26, '0'), 'user', 'importer', 'admin' from generate_series(1, \(count)) as n;
    """
  }
}
