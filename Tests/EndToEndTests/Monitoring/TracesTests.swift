import EndToEndSupport
import Foundation
import Messaging
import RabbitMQClient
import TestSupport
import Testing

/// Spans as an independent receiver gets them.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct TracesTests {
  private struct Request: Decodable {
    struct Resource: Decodable {
      let attributes: [Attribute]
    }
    struct ResourceSpans: Decodable {
      let resource: Resource
      let scopeSpans: [ScopeSpans]
    }
    struct ScopeSpans: Decodable {
      let spans: [Span]
    }
    let resourceSpans: [ResourceSpans]
  }

  private struct Span: Decodable {
    struct Status: Decodable {
      let code: Int
    }
    struct Link: Decodable {
      let traceId: String
      let spanId: String
    }
    let traceId: String
    let spanId: String
    let parentSpanId: String?
    let name: String
    let kind: Int
    let startTimeUnixNano: String
    let endTimeUnixNano: String
    let attributes: [Attribute]
    let links: [Link]
    let status: Status?

    subscript(name: String) -> String? { attributes.first { $0.key == name }?.value.text }
  }

  private struct Attribute: Decodable {
    struct Value: Decodable {
      let stringValue: String?
      let intValue: String?
      let boolValue: Bool?

      var text: String? { stringValue ?? intValue ?? boolValue.map { "\($0)" } }
    }
    let key: String
    let value: Value
  }

  private static let traceID = "0af7651916cd43dd8448eb211c80319c"
  private static let parent = "00-\(traceID)-b7ad6b7169203331-01"

  @Test func `a sampled command has a processing and a publishing span, in the trace of its sender`() async throws {
    let deployment = try Deployment.current
    let receiver = try await PythonTool.startServer("otlp_receiver")
    let worker = try await deployment.activeWorker([
      "TRACING_ENDPOINT": "http://127.0.0.1:\(receiver.port)", "TRACING_SAMPLE_RATIO": "0",
    ])
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let tenant = Command.newID()
    let sampled = Command("workspace.create_root", "{}", tenant: tenant, extra: #","traceparent":"\#(Self.parent)""#)
    let unsampled = Command(
      "workspace.list", "{}", tenant: tenant,
      extra: #","traceparent":"00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00""#)
    let sent = Date().timeIntervalSince1970
    try await sender.send([sampled, unsampled, Command("workspace.list", "{}", tenant: tenant)])
    let answers = try await results.first(3)
    #expect(answers[0].event?.traceparent == Self.parent)
    #expect(answers[2].event?.traceparent?.hasSuffix("-00") == true)
    let spans = try await spans(2, from: receiver.program)
    let received = Date().timeIntervalSince1970
    #expect(spans.map(\.traceId) == [Self.traceID, Self.traceID])
    let process = try #require(spans.first { $0.kind == 5 })
    #expect(
      process.name == "process workspace.commands" && process.parentSpanId == "b7ad6b7169203331"
        && process.status?.code == 1)
    #expect(process["messaging.system"] == "rabbitmq" && process["messaging.operation.type"] == "process")
    #expect(
      process["messaging.destination.name"] == "workspace.commands" && process["messaging.message.id"] == sampled.id)
    #expect(
      process["messaging.message.body.size"] == "\(sampled.body.count)"
        && process["workspace_worker.outcome"] == "succeeded")
    #expect(process["messaging.rabbitmq.destination.routing_key"] == "workspace.create_root")
    let publish = try #require(spans.first { $0.kind == 4 })
    #expect(publish.name == "publish workspace.results" && publish.parentSpanId == process.spanId)
    let times = [process.startTimeUnixNano, process.endTimeUnixNano, publish.endTimeUnixNano].compactMap { Int($0) }
    #expect(times.count == 3 && times == times.sorted())
    // A second for a clock that is corrected meanwhile.
    for time in times { #expect((sent - 1...received + 1).contains(Double(time) / 1e9)) }
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
    try await receiver.program.crash()
  }

  @Test func `a retry and a replay are in the trace of the first attempt, and linked to it`() async throws {
    let deployment = try Deployment.current
    let receiver = try await PythonTool.startServer("otlp_receiver")
    let worker = try await deployment.activeWorker([
      "TRACING_ENDPOINT": "http://127.0.0.1:\(receiver.port)", "TRACING_SAMPLE_RATIO": "1",
      "PARKING_RETRY_DELAYS": "100ms",
    ])
    let sender = try await CommandSender.open(on: deployment.host)
    let (tenant, root) = (Command.newID(), Command.newID())
    let poison = try await PoisonedName.set("poison", in: deployment)
    try await sender.send([.createRoot(tenant, id: root), .create(tenant, "poison", below: root)])
    try await Patience.poll(for: "the command is a dead letter") { try await !deployment.letters().isEmpty }
    try await poison.lift()
    let replay = try await deployment.run(
      "dead-letters", "replay", "--reason", "unexpected_failure", "--because", "mended")
    #expect(replay.exit == .code(0), "\(replay.output) \(replay.errors)")
    let attempts = try await attempts(at: "workspace.create", 3, from: receiver.program)
    #expect(Set(attempts.map(\.traceId)).count == 1 && Set(attempts.map(\.spanId)).count == 3)
    let first = try #require(attempts.first { $0.links.isEmpty })
    #expect(first.parentSpanId == nil, "the first attempt is the root span")
    for later in attempts where later.spanId != first.spanId {
      #expect(later.links.map(\.spanId) == [first.spanId] && later.links.map(\.traceId) == [first.traceId])
      #expect(later.parentSpanId == first.spanId)
    }
    #expect(
      Set(attempts.compactMap { $0["workspace_worker.outcome"] }) == [
        "parked", "dead_lettered:unexpected_failure", "succeeded",
      ])
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    try await receiver.program.crash()
  }

  @Test func `commands do not wait for an unreachable receiver, and dropped spans are counted`() async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker([
      "TRACING_ENDPOINT": "http://127.0.0.1:1", "TRACING_SAMPLE_RATIO": "1",
    ])
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let stream = CommandStream(tenants: 2, count: 100)
    try await sender.send(stream.commands)
    _ = try await results.first(100)
    try await Patience.poll(for: "spans are dropped") {
      try await worker.metrics().value("workspace_worker_spans_dropped_total") ?? 0 > 0
    }
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }

  private func attempts(at type: String, _ count: Int, from receiver: Program) async throws -> [Span] {
    try await Patience.poll(for: "\(count) attempts at \(type)") { try attempts(at: type, receiver).count >= count }
    return try attempts(at: type, receiver)
  }

  private func attempts(at type: String, _ receiver: Program) throws -> [Span] {
    try received(receiver).filter { $0["workspace_worker.command.type"] == type }
  }

  private func spans(_ count: Int, from receiver: Program) async throws -> [Span] {
    try await Patience.poll(for: "\(count) spans") { try received(receiver).count >= count }
    return try received(receiver)
  }

  private func received(_ receiver: Program) throws -> [Span] {
    try receiver.output.split(separator: "\n").dropFirst().flatMap { line -> [Span] in
      let request = try JSONDecoder().decode(Request.self, from: Data(line.utf8))
      for resource in request.resourceSpans {
        #expect(
          resource.resource.attributes.contains { $0.key == "service.name" && $0.value.text == "workspace-worker" })
        #expect(resource.resource.attributes.contains { $0.key == "process.pid" && $0.value.intValue != nil })
      }
      return request.resourceSpans.flatMap { $0.scopeSpans.flatMap(\.spans) }
    }
  }
}
