import EndToEndSupport
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
}
