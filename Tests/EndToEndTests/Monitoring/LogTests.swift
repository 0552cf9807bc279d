import EndToEndSupport
import Foundation
import Messaging
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .deployment)
struct LogTests {
  @Test func `each line is one JSON object with time, level and metadata, and without payload data`() async throws {
    let deployment = try Deployment.current
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker(["LOG_LEVEL": "debug"])
    let tenant = Command.newID()
    let trace = "0af7651916cd43dd8448eb211c80319c"
    let extra = #","traceparent":"00-\#(trace)-b7ad6b7169203331-01""#
    let create = Command("workspace.create_root", #"{"name":"sesame"}"#, tenant: tenant, id: "good", extra: extra)
    let invalid = Command("workspace.create_root", #"{"name":["sesame"]}"#, tenant: tenant, id: "bad", extra: extra)
    try await sender.send([create, invalid])
    _ = try await results.first(2)
    #expect(try await worker.drain() == .code(0))
    #expect(!worker.program.errors.contains("sesame"))
    let lines = try worker.program.errors.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
    }
    for line in lines {
      let time = try #require(line["time"] as? String)
      _ = try Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(time)
      #expect(["debug", "info", "notice", "warning", "error"].contains(line["level"] as? String ?? ""))
    }
    let keys = JSONKeys(lines: worker.program.errors)
    // The service and HTTP libraries use their own, in debug lines.
    let own = keys.strange.filter { !$0.hasPrefix("sl-") && !$0.hasPrefix("hb.") }
    #expect(own.isEmpty && keys.paths.contains("tenant_id"))
    for id in ["good", "bad"] {
      let line = try #require(lines.first { $0["command_id"] as? String == id })
      #expect(line["tenant_id"] as? String == tenant && line["trace_id"] as? String == trace)
    }
    await sender.close()
    await results.close()
  }

  @Test func `a flood of bad input does not flood the log, and the number of suppressed lines is reported`()
    async throws
  {
    let deployment = try Deployment.current
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker(["LOG_BURST": "5"])
    let start = ContinuousClock.now
    try await sender.send((0..<500).map { _ in Command("workspace.unknown", "{}", tenant: Command.newID()) })
    try await Patience.poll(for: "all messages are dead letters") { try await deployment.letters().count == 500 }
    // Counted after they are recorded.
    try await Patience.poll(for: "all dead letters are counted") {
      try await worker.metrics().value("workspace_worker_dead_letters_total", ["reason": "unknown_command_type"]) == 500
    }
    func written() -> Int {
      worker.program.errors.split(separator: "\n").count { $0.contains("an invalid command goes to the dead letters") }
    }
    try await Patience.poll(for: "each line is written or counted") {
      let suppressed = try await worker.metrics().value("workspace_worker_log_suppressed_lines_total") ?? 0
      return written() + Int(suppressed) >= 500
    }
    // Five in each window of ten seconds.
    let windows = Int((ContinuousClock.now - start) / .seconds(10)) + 1
    #expect((5...(5 * windows)).contains(written()))
    #expect(try await worker.drain() == .code(0))
    await sender.close()
  }
}
