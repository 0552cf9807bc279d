import EndToEndSupport
import Messaging
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .deployment)
struct BufferTests {
  /// 200 bodies of 200 KiB, of which the broker sends 150 ahead (the prefetch): 30 MiB.
  @Test func `buffered bodies stay within their bound, also while the broker's state is queried`() async throws {
    let deployment = try Deployment.current
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    // It waits for a lock of the test while 40 MiB are sent.
    let worker = try await deployment.activeWorker([
      "AMQP_BUFFER_BYTES": "1MiB", "WORKER_BATCH_BYTES": "1MiB", "AMQP_PREFETCH": "150",
      "POSTGRES_LOCK_TIMEOUT": "120s", "POSTGRES_STATEMENT_TIMEOUT": "150s", "POSTGRES_RESPONSE_TIMEOUT": "180s",
    ])
    let tenant = Command.newID()
    try await sender.send([.createRoot(tenant, id: Command.newID())])
    _ = try await results.first(1)
    let lock = try await OpenTransaction.begin("select from tenants where id = '\(tenant)' for update", in: deployment)
    let before = try #require(try await worker.metrics().value("process_resident_memory_bytes"))
    let padding = #","padding":"\#(String(repeating: "x", count: 200 << 10))""#
    try await sender.send((0..<200).map { _ in Command("workspace.list", "{}", tenant: tenant, extra: padding) })
    try await lock.isWaitedFor()
    // The figure is from after the commands arrived: the 50 that the broker has not sent.
    try await Patience.poll(for: "the broker's state was queried") {
      try await worker.metrics().value("workspace_worker_queue_messages") == 50
    }
    let after = try #require(try await worker.metrics().value("process_resident_memory_bytes"))
    #expect(after - before < Double(18 << 20))
    try await lock.rollBack()
    let answers = try await results.collect("all answers") { $0.answeredCount == 201 }
    #expect(answers.allSatisfy { $0.event?.type.hasSuffix(".succeeded") == true })
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }

  /// The worker asks the broker whether it has read the acknowledgements of recorded messages. 200 MiB in all.
  @Test func `unreadable bodies stay within the bound, too, while they are recorded`() async throws {
    let deployment = try Deployment.current
    let sender = try await CommandSender.open(on: deployment.host)
    let body = Array("{".utf8) + [UInt8](repeating: 0x78, count: 1 << 20)
    for _ in 0..<20 {
      try await sender.send(
        (0..<10).map { _ in
          AMQPMessage(
            exchange: "workspace.commands", routingKey: "workspace.get", properties: MessageProperties(), body: body)
        })
    }
    let worker = try await deployment.activeWorker(["AMQP_BUFFER_BYTES": "8MiB"])
    try await Patience.poll(for: "all messages are recorded") {
      try await deployment.letters().count == 200
    }
    let peak = try #require(worker.peakMemory)
    #expect(peak < 170 << 20, "\(peak >> 20) MiB")
    #expect(try await worker.drain() == .code(0))
    try await deployment.commandsAreDone()
    await sender.close()
  }
}
