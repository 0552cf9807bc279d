import EndToEndSupport
import Messaging
import TestSupport
import Testing

/// A stream of commands, sent while a worker is disturbed, and everything that results.
struct ObservedStream: Sendable {
  let stream: CommandStream
  let results: Subscription
  private let events: Subscription
  private let sender: CommandSender
  private let deployment: Deployment

  static func open(_ deployment: Deployment, count: Int) async throws -> ObservedStream {
    ObservedStream(
      stream: CommandStream(tenants: 3, count: count),
      results: try await .to("workspace.results", on: deployment.host),
      events: try await .to("workspace.events", on: deployment.host),
      sender: try await .open(on: deployment.host), deployment: deployment)
  }

  /// Sends some of the commands; the broker has them when this returns.
  func send(_ range: Range<Int>) async throws { try await sender.send(Array(stream.commands[range])) }

  func send() async throws { try await send(0..<stream.commands.count) }

  /// Waits until this many commands have an answer.
  func answers(_ count: Int, within limit: Duration = Patience.limit) async throws {
    _ = try await results.collect("\(count) answers", within: limit) { $0.answeredCount >= count }
  }

  /// Waits for all answers, ends the worker, and checks: each command had one effect, one result and one event, in
  /// order, and none became a dead letter.
  func expectOneEffectEach(_ worker: WorkerProcess, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try await answers(stream.commands.count)
    // A draining worker leaves redeliveries to the next one.
    try await worker.becomesReady()
    try await deployment.commandsAreDone()
    try await deployment.outboxIsEmpty()
    #expect(try await worker.drain() == .code(0), sourceLocation: sourceLocation)
    stream.expectResults(try await results.everything(on: deployment.host), sourceLocation: sourceLocation)
    stream.expectEvents(
      try await events.everything(on: deployment.host), repeated: true, sourceLocation: sourceLocation)
    try await stream.expectRecords(in: deployment, sourceLocation: sourceLocation)
    try await deployment.commandsAreDone()
    #expect(try await deployment.host.depth(of: "workspace.commands.dead") == 0, sourceLocation: sourceLocation)
    await sender.close()
    await results.close()
    await events.close()
  }
}
