import EndToEndSupport
import Foundation
import Messaging
import PostgresClient
import TestSupport
import Testing

/// A small command may have a large answer: what a transaction takes is bounded by both.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct AnswerSizeTests {
  private static let workspaces = 500
  private static let lists = 200

  @Test func `two hundred lists of long names are answered within bounded memory`() async throws {
    let deployment = try Deployment.current
    let tenant = Command.newID()
    try await deployment.fill(tenant, workspaces: Self.workspaces)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let replies = try await Subscription.replies(on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let lists = (0..<Self.lists).map { _ in Command("workspace.list", #"{"limit":500}"#, tenant: tenant) }
    // Every tenth is sent twice: remembered answers are read again.
    try await sender.send(
      lists.map { $0.replying(to: replies.queue) } + lists.enumerated().filter { $0.offset % 10 == 0 }.map(\.element))
    let worker = try await deployment.activeWorker()
    let all = try await results.collect("all lists") { $0.count >= Self.lists * 11 / 10 }
    #expect(all.allSatisfy { $0.event?.type == "workspace.list.succeeded" && $0.body.count > 300_000 })
    let peak = try #require(worker.peakMemory)
    #expect(peak < 160 << 20, "\(peak >> 20) MiB")
    print("answers: peak memory \(peak >> 20) MiB")
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
    await replies.close()
  }
}

extension WorkerProcess {
  /// The most resident memory that it ever had, in bytes.
  var peakMemory: Int? {
    let status = try? String(contentsOfFile: "/proc/\(program.pid)/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line.flatMap { Int($0.filter(\.isNumber)) }.map { $0 << 10 }
  }
}

extension Deployment {
  /// Gives a tenant a root and children whose names are as long as names may be.
  fileprivate func fill(_ tenant: String, workspaces: Int) async throws {
    try await database.withConnection { connection in
      try await connection.execute(
        script: """
          insert into tenants (id, event_sequence) values ('\(tenant)', 0);
          insert into workspaces (id, tenant_id, name, parent_workspace_id, created_at, updated_at, version)
          select '01' || lpad(n::text, 24, '0'), '\(tenant)', rpad(n::text, 512, 'äöü'),
            case when n > 1 then '01' || lpad('1', 24, '0') end, now(), now(), 1
          from generate_series(1, \(workspaces)) as n;
          """)
    }
  }
}
