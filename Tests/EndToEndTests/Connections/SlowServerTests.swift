import EndToEndSupport
import Glibc
import Messaging
import TestSupport
import Testing

/// A database that is slow, not gone.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct SlowServerTests {
  @Test func `statements that together exceed the response timeout succeed at the second attempt`() async throws {
    let deployment = try Deployment.current
    // Two statements of a transaction, each of which is within its limit.
    _ = try await SlowTables.set("workspaces", "inbox", seconds: 4, in: deployment)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker([
      "POSTGRES_RESPONSE_TIMEOUT": "6s", "POSTGRES_STATEMENT_TIMEOUT": "6s",
    ])
    try await sender.send((0..<3).map { _ in .createRoot(Command.newID(), id: Command.newID()) })
    let answers = try await results.first(3)
    #expect(answers.allSatisfy { $0.event?.type == "workspace.create_root.succeeded" })
    #expect(worker.program.errors.contains("did not answer within 6.0 seconds"))
    #expect(try await deployment.letters().isEmpty)
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }

  @Test func `a service manager is told that a worker that waits for a slow server is alive`() async throws {
    let deployment = try Deployment.current
    _ = try await SlowTables.set("workspaces", "inbox", seconds: 4, in: deployment)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    // The path of a Unix socket has to be short (unix(7)).
    let path = "/tmp/workspace-worker-\(UInt32.random(in: 0 ... .max))"
    defer { unlink(path) }
    let manager = try PythonTool.start("notify_socket", [path])
    try await Patience.poll(for: "the manager listens") { manager.output.contains("listening") }
    // A sign of life is due every 3 s, and the second attempt takes 8 s.
    let worker = try await deployment.activeWorker([
      "POSTGRES_RESPONSE_TIMEOUT": "2s", "POSTGRES_STATEMENT_TIMEOUT": "6s", "NOTIFY_SOCKET": path,
      "WATCHDOG_USEC": "600000",
    ])
    try await sender.send([.createRoot(Command.newID(), id: Command.newID())])
    #expect(try await results.first(1).first?.event?.type == "workspace.create_root.succeeded")
    #expect(try await worker.drain() == .code(0))
    let silence = manager.output.split(separator: "\n").drop { !$0.contains("no batch and no response") }
    #expect(!silence.isEmpty, "the worker is ready while it waits: \(manager.output)")
    #expect(silence.prefix { !$0.hasPrefix("STATUS=active") }.count { $0 == "WATCHDOG=1" } > 3, "\(manager.output)")
    try await manager.crash()
    await sender.close()
    await results.close()
  }
}
