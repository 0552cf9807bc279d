import EndToEndSupport
import Messaging
import TestSupport
import Testing

/// A command's `reply_to` is its sender's choice: whatever that queue does affects only the sender's own replies.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct RepliesTests {
  /// A queue that holds one message, and refuses every further one.
  private func makeFullQueue(_ name: ShortString, in deployment: Deployment) async throws {
    var arguments = HeaderTable()
    arguments.append("x-max-length", Int64(1))
    arguments.append("x-overflow", "reject-publish")
    try await deployment.host.declare(name, arguments)
    try await deployment.host.publish(["full"], to: name)
  }

  /// Ten commands of a tenant, each answered where requested, show that nothing holds it up.
  private func expectOthersServed(
    _ deployment: Deployment, _ sender: CommandSender, beside first: [Command]
  ) async throws {
    let replies = try await Subscription.replies(on: deployment.host)
    let tenant = Command.newID()
    let others =
      [Command.createRoot(tenant, id: Command.newID())]
      + (1...9).map { _ in Command("workspace.list", "{}", tenant: tenant) }
    try await sender.send(first + others.map { $0.replying(to: replies.queue) })
    let answers = try await replies.first(others.count)
    #expect(answers.compactMap(\.event?.commandid) == others.map(\.id), "in order")
    await replies.close()
  }

  @Test func `a reply queue that refuses affects only its own sender`() async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    try await makeFullQueue("my.replies", in: deployment)

    let refused = (1...3).map { _ in Command.createRoot(Command.newID(), id: Command.newID()).replying(to: "my.replies")
    }
    try await expectOthersServed(deployment, sender, beside: refused)
    let all = try await results.first(13)
    #expect(all.count == 13, "each result once")
    try await deployment.outboxIsEmpty()
    #expect(try await worker.metrics().value("workspace_worker_replies_total", ["outcome": "refused"]) == 3)
    #expect(try await worker.metrics().value("workspace_worker_replies_total", ["outcome": "delivered"]) == 10)
    #expect(try await worker.metrics().value("workspace_worker_reconnects_total") == 0)
    let lines = worker.program.errors.split(separator: "\n").filter { $0.contains("replies are not delivered") }
    #expect(lines.count == 1, "once per queue and minute")
    #expect(lines.first?.contains("my.replies") == true && lines.first?.contains("refused") == true)
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }

  @Test func `a reply queue that never confirms affects only its own sender`() async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    let sender = try await CommandSender.open(on: deployment.host)
    try await deployment.host.declare("my.replies", HeaderTable())
    try await deployment.host.suspend("my.replies")

    // More than the broker's channel accepts for a queue that does not answer.
    let tenant = Command.newID()
    let silent = (1...300).map { _ in Command("workspace.list", "{}", tenant: tenant).replying(to: "my.replies") }
    let start = ContinuousClock.now
    try await expectOthersServed(deployment, sender, beside: silent)
    try await deployment.outboxIsEmpty()
    let replies = "workspace_worker_replies_total"
    let first = try await worker.metrics()
    let timedOut = try #require(first.value(replies, ["outcome": "timed_out"]))
    let suspended = first.value(replies, ["outcome": "suspended"]) ?? 0
    #expect(timedOut >= 1)
    #expect(timedOut + suspended == 300, "each is given up: for its own age, or because of an older one's")
    // The next ones delay nobody at all.
    try await expectOthersServed(deployment, sender, beside: silent)
    try await deployment.outboxIsEmpty()
    let second = try await worker.metrics()
    let elapsed = ContinuousClock.now - start
    let timedOutLater = try #require(second.value(replies, ["outcome": "timed_out"])) - timedOut
    let suspendedLater = (second.value(replies, ["outcome": "suspended"]) ?? 0) - suspended
    #expect(timedOutLater + suspendedLater == 300, "each is given up")
    // A machine so busy that the suspension was over meanwhile has let the queue try again.
    if elapsed < ReplyLedger.Limits().suspension { #expect(timedOutLater == 0) }
    #expect(second.value("workspace_worker_reconnects_total") == 0)
    try await deployment.host.resume("my.replies")
    #expect(try await worker.drain() == .code(0))
    await sender.close()
  }

  @Test func `a reply to a queue that is gone is counted, and nothing waits for it`() async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    let sender = try await CommandSender.open(on: deployment.host)
    let nowhere = Command("workspace.list", "{}", tenant: Command.newID()).replying(to: "no.such.queue")
    try await expectOthersServed(deployment, sender, beside: [nowhere])
    try await deployment.outboxIsEmpty()
    #expect(try await worker.metrics().value("workspace_worker_replies_total", ["outcome": "unroutable"]) == 1)
    #expect(try await worker.drain() == .code(0))
    await sender.close()
  }

  @Test func `the replies that a killed worker left are sent by the next one`() async throws {
    let deployment = try Deployment.current
    let replies = try await Subscription.replies(on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let command = Command.createRoot(Command.newID(), id: Command.newID()).replying(to: replies.queue)
    let first = try deployment.startWorker(["WORKSPACE_WORKER_FAILPOINT": "committed:1"])
    try await sender.send([command])
    try await first.program.isStopped()
    try await first.program.crash()
    let second = try await deployment.activeWorker()
    #expect(try await replies.first(1).first?.event?.commandid == command.id)
    try await deployment.outboxIsEmpty()
    #expect(try await second.drain() == .code(0))
    await sender.close()
    await replies.close()
  }
}

extension VirtualHost {
  /// Stops a classic queue's process: it takes messages, and confirms none.
  func suspend(_ queue: String) async throws { try await tell(queue, "sys:suspend") }

  func resume(_ queue: String) async throws { try await tell(queue, "sys:resume") }

  private func tell(_ queue: String, _ function: String) async throws {
    try await BrokerControl.run(
      "eval",
      "{ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"\(name)\">>, queue, <<\"\(queue)\">>)), \(function)(amqqueue:get_pid(Q))."
    )
  }
}
