import EndToEndSupport
import Foundation
import Messaging
import TestSupport
import Testing

/// Queries, as clients see them.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct QueriesTests {
  private let tenant = QueriedTenant()

  @Test func `queries answer like the commands of the same name, and show a sequence`() async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    let client = try await QueryClient.open(on: deployment.host)
    try await tenant.found(on: deployment, client.sender)
    for user in ["boss", "member", "outsider", nil] {
      let queries = tenant.common.map { tenant.command($0.type, $0.data, by: user) }
      let commands = tenant.common.map { tenant.command($0.type, $0.data, by: user) }
      let answers = try await client.replies(to: queries, "workspace.queries")
      let results = try await client.replies(to: commands, "workspace.commands")
      for (answer, result) in zip(answers, results) {
        #expect(answer.data == result.data, "\(answer.event.type) of \(user ?? "a system")")
        #expect(answer.event.type == result.event.type && answer.event.subject == result.event.subject)
        #expect(answer.event.sequence == "\(QueriedTenant.eventCount)" && result.event.sequence == nil)
      }
    }
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    _ = try await client.ask(tenant.command("workspace.list", "{}"))
    #expect(try await results.everything(on: deployment.host).isEmpty, "answers go to the asker only")
    #expect(try await worker.drain() == .code(0))
    await client.close()
  }

  @Test func `children, ancestors and names show only what is visible`() async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    let client = try await QueryClient.open(on: deployment.host)
    try await tenant.found(on: deployment, client.sender)
    func ids(_ type: String, _ data: String, by user: String?) async throws -> [String]? {
      let answer = try await client.ask(tenant.command(type, data, by: user))
      if let code = answer?.data.error?.code { return [code] }
      return answer?.data.workspaces?.map(\.id) ?? answer?.data.workspace.map { [$0.id] }
    }
    #expect(
      try await ids("workspace.ancestors", #"{"workspace_id":"\#(tenant.lower)"}"#, by: "boss") == [
        tenant.root, tenant.upper,
      ])
    #expect(
      try await ids("workspace.ancestors", #"{"workspace_id":"\#(tenant.lower)"}"#, by: "member") == [tenant.upper])
    #expect(
      try await ids("workspace.ancestors", #"{"workspace_id":"\#(tenant.lower)"}"#, by: "outsider") == [
        "workspace_not_found"
      ])
    #expect(try await ids("workspace.children", #"{"workspace_id":"\#(tenant.root)"}"#, by: nil) == [tenant.upper])
    #expect(
      try await ids("workspace.children", #"{"workspace_id":"\#(tenant.root)"}"#, by: "member") == [
        "workspace_not_found"
      ])
    #expect(
      try await ids("workspace.children", #"{"workspace_id":"\#(tenant.upper)"}"#, by: "member") == [tenant.lower])
    #expect(try await ids("workspace.find", #"{"name":"lower"}"#, by: "member") == [tenant.lower])
    #expect(try await ids("workspace.find", #"{"name":"Root"}"#, by: "member") == ["workspace_not_found"])
    #expect(try await ids("workspace.find", #"{"name":"none"}"#, by: "boss") == ["workspace_not_found"])
    #expect(try await worker.drain() == .code(0))
    await client.close()
  }

  @Test func `a caller who has seen an event never reads older data, and a sequence beyond the last is rejected`()
    async throws
  {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    let client = try await QueryClient.open(on: deployment.host)
    try await tenant.found(on: deployment, client.sender)
    let events = try await Subscription.to("workspace.events", on: deployment.host)
    for number in 1...20 {
      try await client.sender.send([.rename(tenant.tenant, tenant.lower, to: "name \(number)")])
      let sequence = try #require(try await events.first(number).last?.event?.sequence.flatMap { Int($0) })
      let answer = try await client.ask(
        tenant.command("workspace.get", #"{"workspace_id":"\#(tenant.lower)"}"#, minimum: sequence))
      #expect(answer?.data.workspace?.name == "name \(number)" && answer?.sequence == "\(sequence)")
    }
    let answer = try await client.ask(tenant.command("workspace.list", "{}", minimum: 1_000_000))
    #expect(answer?.type == "workspace.list.rejected" && answer?.data.error?.code == "sequence_not_reached")
    #expect(try await worker.drain() == .code(0))
    await client.close()
    await events.close()
  }

  @Test func `a standby worker answers, too, and records messages that are not queries`() async throws {
    let deployment = try Deployment.current
    // The active worker consumes another queue for queries, so the standby gets all of them.
    let active = try await deployment.activeWorker(["AMQP_NAMES_QUERIES_QUEUE": "elsewhere"])
    let client = try await QueryClient.open(on: deployment.host)
    try await tenant.found(on: deployment, client.sender)
    let standby = try deployment.startWorker()
    try await standby.standsBy()
    #expect(try await client.ask(tenant.command("workspace.list", "{}"))?.data.count == 3)
    let failed = try await client.ask(tenant.command("workspace.delete", #"{"workspace_id":"\#(tenant.lower)"}"#))
    #expect(failed?.type == "workspace.delete.failed" && failed?.data.error?.code == "unknown_command_type")
    let letters = try await deployment.run("dead-letters", "list", "--format", "json")
    #expect(letters.output.contains("unknown_command_type") && letters.output.contains("workspace.delete"))
    let metrics = try await standby.metrics()
    #expect(metrics.value("workspace_worker_queries_total", ["type": "unknown", "outcome": "dead_lettered"]) == 1)
    #expect(metrics.value("workspace_worker_queries_total", ["type": "workspace.list", "outcome": "succeeded"]) == 1)
    #expect(try await standby.drain() == .code(0))
    #expect(try await active.drain() == .code(0))
    await client.close()
  }

  @Test func `queries without a reply address, or past their time, are dropped and counted`() async throws {
    let deployment = try Deployment.current
    let client = try await QueryClient.open(on: deployment.host)
    var expired = tenant.command("workspace.list", "{}").replying(to: client.replies.queue)
    expired.properties.expiration = "1"
    try await client.sender.send([expired.message(to: "workspace.queries")])
    let worker = try await deployment.activeWorker()
    try await client.send([
      tenant.command("workspace.list", "{}"), tenant.command("workspace.list", "{}").replying(to: "nowhere"),
    ])
    let answer = try await client.ask(tenant.command("workspace.list", "{}"))
    #expect(answer?.data.count == 0 && answer?.sequence == "0", "an unknown tenant has sequence 0")
    try await Patience.poll(for: "all queries are handled") {
      let metrics = try await worker.metrics()
      return metrics.value("workspace_worker_queries_total", ["outcome": "unaddressed"]) == 1
        && metrics.value("workspace_worker_query_replies_total", ["outcome": "unroutable"]) == 1
    }
    #expect(try await client.replies.everything(on: deployment.host).count == 1)
    #expect(try await worker.drain() == .code(0))
    await client.close()
  }

  @Test func `queries that no server can answer are dropped, and that is reported`() async throws {
    let deployment = try Deployment.current
    let client = try await QueryClient.open(on: deployment.host)
    let worker = try deployment.startWorker([
      "POSTGRES_URL": "postgres://nobody@127.0.0.1:1/none", "QUERIES_TIMEOUT": "300ms",
    ])
    try await client.send([tenant.command("workspace.list", "{}").replying(to: client.replies.queue)])
    try await Patience.poll(for: "the query is dropped") {
      try await worker.metrics().value(
        "workspace_worker_queries_total", ["type": "workspace.list", "outcome": "expired"]) == 1
    }
    let health = try await worker.health()
    #expect(health.body.contains(#""queries":"#) && !health.body.contains(#""queries":"answered"#), "\(health)")
    #expect(try await worker.metrics().value("workspace_worker_queries_answered") == 0)
    #expect(try await worker.drain() == .code(0))
    await client.close()
  }

  @Test
  func `while the server for reading can't be reached the primary answers, commands go on, and both are reported`()
    async throws
  {
    let deployment = try Deployment.current
    let client = try await QueryClient.open(on: deployment.host)
    let worker = try await deployment.activeWorker([
      "POSTGRES_READ_URL": "postgres://nobody@127.0.0.1:1/none", "QUERIES_WAIT": "100ms", "QUERIES_TIMEOUT": "1m",
    ])
    try await tenant.found(on: deployment, client.sender)
    for minimum in [nil, QueriedTenant.eventCount] {
      let answer = try await client.ask(tenant.command("workspace.list", "{}", minimum: minimum))
      #expect(answer?.data.count == 3 && answer?.sequence == "\(QueriedTenant.eventCount)")
    }
    let health = try await worker.health()
    #expect(health.status == 200 && health.body.contains(#""queries":"answered by the primary"#), "\(health)")
    #expect(try await worker.metrics().value("workspace_worker_queries_answered") == 1)
    #expect(try await worker.drain() == .code(0))
    await client.close()
  }

  @Test func `without its queue the query lane waits for it, and commands don't`() async throws {
    let deployment = try Deployment.current
    let client = try await QueryClient.open(on: deployment.host)
    try await deployment.host.broker.management.deleteQueue("workspace.queries", in: deployment.host.name)
    let worker = try await deployment.activeWorker()
    try await tenant.found(on: deployment, client.sender)
    #expect(try await worker.health().status == 200)
    #expect(try await deployment.run("topology", "apply").exit == .code(0))
    #expect(try await client.ask(tenant.command("workspace.list", "{}"))?.data.count == 3)
    try await Patience.poll(for: "the health report says that queries are answered") {
      try await worker.health().body.contains(#""queries":"answered""#)
    }
    #expect(try await worker.drain() == .code(0))
    await client.close()
  }

  @Test func `operators query from the command line`() async throws {
    let deployment = try Deployment.current
    let silent = try await deployment.run("query", "workspace.list", "--tenant", tenant.tenant, "--timeout", "1")
    #expect(silent.exit == .code(69))
    let worker = try await deployment.activeWorker()
    let client = try await QueryClient.open(on: deployment.host)
    try await tenant.found(on: deployment, client.sender)
    let arguments = ["--tenant", tenant.tenant, "--data", #"{"name":"upper"}"#, "--timeout", "60"]
    let found = try await deployment.call(
      ["query", "workspace.find"] + arguments + ["--user", "member", "--min-sequence", "8"])
    #expect(found.exit == .code(0) && found.output.contains(#""sequence":"8""#) && found.output.contains(tenant.upper))
    #expect(
      try await deployment.call(["query", "workspace.find"] + arguments + ["--user", "outsider"]).exit == .code(2))
    #expect(
      try await deployment.call(["query", "workspace.find"] + arguments + ["--min-sequence", "9"]).exit == .code(2))
    #expect(try await deployment.call(["query", "workspace.rename"] + arguments).exit == .code(64))
    #expect(try await deployment.call(["query", "workspace.find", "--tenant", "x"]).exit == .code(64))
    #expect(try await worker.drain() == .code(0))
    await client.close()
  }
}

extension QueryClient {
  /// An answer, and the text of its `data`.
  struct Reply {
    let event: CloudEvent
    let data: String
  }

  /// Sends `messages` to an exchange and returns the answers, in the order of the messages.
  func replies(to messages: [Command], _ exchange: ShortString) async throws -> [Reply] {
    try await sender.send(messages.map { $0.replying(to: replies.queue).message(to: exchange) })
    let ids = messages.map(\.id)
    let found = try await replies.collect("the answers") { Set(ids).isSubset(of: $0.compactMap(\.event?.commandid)) }
    return ids.compactMap { id in
      guard let message = found.first(where: { $0.event?.commandid == id }), let event = message.event else {
        return nil
      }
      let text = String(decoding: message.body, as: UTF8.self)
      return Reply(event: event, data: text.firstRange(of: #","data":"#).map { String(text[$0.upperBound...]) } ?? "")
    }
  }
}

extension Deployment {
  fileprivate func call(_ arguments: [String]) async throws -> (exit: Program.Exit, output: String) {
    let program = try start(arguments)
    let exit = try await program.exit()
    return (exit, program.output)
  }
}
