import EndToEndSupport
import Messaging
import TestSupport
import Testing

/// Tests that affect the whole broker. `bin/test` runs these when all other tests are done.
@Suite(.serialized, .needsServersAlone, .needsBroker, .requiresPostgres, .deployment)
struct BrokerAlarmTests {
  /// What the stack's broker has by default.
  private static let usualWatermark = "0.4"

  @Test func `a memory alarm pauses publishing, then consuming, and the worker reports it; nothing is lost`()
    async throws
  {
    let deployment = try Deployment.current
    let stream = try await ObservedStream.open(deployment, count: 2000)
    // Before the alarm, which would hold back the test as well.
    try await stream.send()
    try await whileTheBrokerIsLowOnMemory {
      let worker = try await deployment.activeWorker([
        "AMQP_HEARTBEAT": "1s", "WORKER_BATCH_COUNT": "16", "AMQP_PREFETCH": "64", "METRICS_COUNT_INTERVAL": "1s",
      ])
      try await worker.misses("low on memory")
      let committed = try await becomesConstant(deployment)
      // Two batches are being published, one waits, one is held back; nothing else was started.
      #expect((1...64).contains(committed))
      // The time itself is tested: four heartbeats.
      try await Task.sleep(for: .seconds(4))
      #expect(try await worker.health().body.contains("low on memory"))
      let metrics = try await worker.metrics()
      #expect(metrics.value("workspace_worker_missing", ["condition": "broker"]) == 1)
      // What can't be published is still counted: an alert depends on it.
      #expect(try #require(metrics.value("workspace_worker_outbox_entries")) > 0)
      #expect(try #require(metrics.value("workspace_worker_outbox_oldest_age_seconds")) > 1)
      let doctor = try await deployment.run("doctor")
      #expect(
        doctor.exit == .code(1) && doctor.output.contains("the broker blocks publishers: low on memory"),
        "\(doctor.output)")
      for call in [["send", "workspace.list"], ["query", "workspace.list"]] {
        let program = try deployment.start(call + ["--tenant", "01J9ZZZZZZZZZZZZZZZZZZZZZZ"])
        #expect(try await program.exit() == .code(69), "nobody waits for the end of an alarm")
        #expect(program.errors.contains("which the broker blocks (low on memory)"), "\(program.errors)")
        #expect(program.errors.contains("repeat it with the same id only: "), "\(program.errors)")
      }
      #expect(!worker.program.errors.contains("is not connected"))
      #expect(try await deployment.records().inbox.rows == committed)
      return worker
    } then: { worker in
      try await worker.becomesReady()
      try await stream.expectOneEffectEach(worker)
      #expect(!worker.program.errors.contains("is not connected"))
    }
  }

  @Test func `a delivery not acknowledged within the broker's timeout costs the channel, and nothing else`()
    async throws
  {
    let deployment = try Deployment.current
    let stream = try await ObservedStream.open(deployment, count: 30)
    try await setConsumerTimeout(milliseconds: 1000, tick: 500)
    do {
      let worker = try await deployment.activeWorker()
      let lock = try await OpenTransaction.begin("lock table inbox in share mode", in: deployment)
      try await stream.send()
      try await worker.misses("PRECONDITION_FAILED")
      try await setConsumerTimeout(milliseconds: 1_800_000, tick: 60_000)
      try await lock.rollBack()
      try await stream.expectOneEffectEach(worker)
    } catch {
      try await setConsumerTimeout(milliseconds: 1_800_000, tick: 60_000)
      throw error
    }
  }

  @Test func `a broker that refuses the largest results is a problem, with both sizes`() async throws {
    let deployment = try Deployment.current
    try await setLargestMessage(1 << 20)
    let doctor = try? await deployment.run("doctor")
    // As bin/stack configures it.
    try await setLargestMessage(128 << 20)
    let output = try #require(doctor).output
    #expect(
      output.contains("a message was not accepted") && output.contains("2097152") && output.contains("1048576"),
      "\(output)")
  }

  /// Sets `max_message_size` while the broker is running, which reads it once.
  private func setLargestMessage(_ bytes: Int) async throws {
    try await BrokerControl.run(
      "eval",
      "application:set_env(rabbit, max_message_size, \(bytes)), persistent_term:put(max_message_size, \(bytes)).")
  }

  private func whileTheBrokerIsLowOnMemory<Answer>(
    _ body: () async throws -> Answer, then next: (Answer) async throws -> Void
  ) async throws {
    try await BrokerControl.run("set_vm_memory_high_watermark", "0.00001")
    let answer: Answer
    do {
      answer = try await body()
    } catch {
      try await BrokerControl.run("set_vm_memory_high_watermark", Self.usualWatermark)
      throw error
    }
    try await BrokerControl.run("set_vm_memory_high_watermark", Self.usualWatermark)
    try await next(answer)
  }

  /// Waits until nothing more is committed: for a second.
  private func becomesConstant(_ deployment: Deployment) async throws -> Int64 {
    var last: Int64 = -1
    while true {
      let rows = try await deployment.records().inbox.rows
      if rows == last { return rows }
      last = rows
      try await Task.sleep(for: .seconds(1))
    }
  }

  private func setConsumerTimeout(milliseconds: Int, tick: Int) async throws {
    try await BrokerControl.run(
      "eval",
      "application:set_env(rabbit, consumer_timeout, \(milliseconds)), application:set_env(rabbit, channel_tick_interval, \(tick))."
    )
  }
}
