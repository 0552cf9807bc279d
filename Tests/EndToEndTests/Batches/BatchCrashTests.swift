import EndToEndSupport
import Failpoints
import Foundation
import Messaging
import TestSupport
import Testing

/// Crashes in the middle of a batch message.
@Suite(.needsBroker, .requiresPostgres, .deployment, .enabled(if: Failpoint.areCompiledIn)) struct BatchCrashTests {
  @Test(arguments: ["written:2", "committed:2", "committed:4", "acknowledged:1", "decoded:1"])
  func `a worker that dies in the middle of a batch loses and repeats no element`(
    failpoint: String
  ) async throws {
    let deployment = try Deployment.current
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let replies = try await Subscription.replies(on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let stream = CommandStream(tenants: 2, count: 200)
    var properties = MessageProperties()
    properties.contentType = "application/cloudevents-batch+json"
    properties.deliveryMode = 2
    properties.replyTo = replies.queue
    let bad = #"{"oops"}"#
    let text = stream.commands.map { String(decoding: $0.body, as: UTF8.self) }
    let body = "[" + (text.prefix(10) + [bad] + text.dropFirst(10)).joined(separator: ",") + "]"
    try await sender.send([
      AMQPMessage(
        exchange: "workspace.commands", routingKey: "workspace.batch", properties: properties, body: Array(body.utf8))
    ])
    // Small enough that the batch takes several transactions.
    let small = ["WORKER_BATCH_COUNT": "40"]
    let first = try deployment.startWorker(
      small.merging(["WORKSPACE_WORKER_FAILPOINT": failpoint]) { first, _ in first })
    try await first.program.says("failpoint \(failpoint.prefix { $0 != ":" })\n")
    try await first.program.crash()
    let second = try await deployment.activeWorker(small)
    let messages = try await results.collect("all results") {
      $0.filter { $0.code == nil }.answeredCount == stream.commands.count
    }
    stream.expectResults(messages.filter { $0.code == nil })
    try await deployment.outboxIsEmpty()
    #expect(try await second.drain() == .code(0))
    try await deployment.commandsAreDone()
    try await stream.expectRecords(in: deployment)
    #expect(try await deployment.letters().map(\.reason) == ["malformed_json"])
    let last = try #require(try await replies.everything(on: deployment.host).last)
    let events = try #require(try JSONSerialization.jsonObject(with: Data(last.body)) as? [[String: Any]])
    #expect(events.count == stream.commands.count + 1)
    await sender.close()
    await results.close()
    await replies.close()
  }

  @Test func `of a batch with a crashing element, only that one becomes a dead letter`() async throws {
    let deployment = try Deployment.current
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let commands = (0..<5).map { _ in Command.createRoot(Command.newID(), id: Command.newID()) }
    let culprit = commands[2]
    var properties = MessageProperties()
    properties.contentType = "application/cloudevents-batch+json"
    properties.deliveryMode = 2
    let body = "[" + commands.map { String(decoding: $0.body, as: UTF8.self) }.joined(separator: ",") + "]"
    try await sender.send([
      AMQPMessage(
        exchange: "workspace.commands", routingKey: "workspace.batch", properties: properties, body: Array(body.utf8))
    ])
    let deadly = ["WORKSPACE_WORKER_DEADLY_COMMAND": culprit.id, "SWIFT_BACKTRACE": "enable=no"]
    let (worker, deaths) = try await deployment.survivor(deadly)
    #expect(deaths >= 3)
    let all = try await results.collect("all results") { $0.answeredCount == commands.count }
    try await deployment.outboxIsEmpty()
    #expect(try await worker.drain() == .code(0))
    #expect(all.filter { $0.code != nil }.map(\.event?.commandid) == [culprit.id])
    #expect(try await deployment.letters() == [.init(reason: "crash_loop", attempts: 3, commandID: culprit.id)])
    #expect(try await deployment.fatalCount() == 0)
    try await deployment.commandsAreDone()
    await sender.close()
    await results.close()
  }
}
