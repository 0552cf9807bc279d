import EndToEndSupport
import Messaging
import PostgresClient
import TestSupport
import Testing

/// The replication of relationships to SpiceDB, here a double: Tests/Tools/spicedb/double.py.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct SpiceDBReplicationTests {
  /// Sends the sample commands to a worker, and waits for their results.
  private static func carryOutSamples(in deployment: Deployment) async throws {
    let samples = try SampleCommands.read()
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    try await sender.send(samples.commands)
    // A repeated command has a result of its own, too.
    _ = try await results.first(samples.commands.count)
    await sender.close()
    await results.close()
  }

  private static func expectEqual(_ deployment: Deployment, _ environment: [String: String]) async throws {
    let verified = try await deployment.run("authorization", "verify", environment: environment)
    #expect(verified.exit == .code(0), "\(verified.output)\(verified.errors)")
  }

  @Test func `after the sample commands SpiceDB has the relationships of the database`() async throws {
    let deployment = try Deployment.current
    let (spicedb, environment) = try await deployment.startSpiceDB()
    let worker = try await deployment.activeWorker(environment)
    try await Self.carryOutSamples(in: deployment)
    try await Self.expectEqual(deployment, environment)
    #expect(try await spicedb.calls("WriteRelationships") > 0)
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `commands succeed while SpiceDB is away, and their changes are replicated when it is back`() async throws {
    let deployment = try Deployment.current
    let (spicedb, environment) = try await deployment.startSpiceDB()
    try await spicedb.order(.init("WriteRelationships") { $0.times = 1_000_000 })
    let worker = try await deployment.activeWorker(environment)
    try await Self.carryOutSamples(in: deployment)
    #expect(try await worker.health().status == 200)
    try await worker.program.says("relationships can't be replicated")
    try await spicedb.order([])
    try await Self.expectEqual(deployment, environment)
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `a worker that is killed while it replicates loses no change`() async throws {
    let deployment = try Deployment.current
    let (spicedb, environment) = try await deployment.startSpiceDB()
    // Writes take effect, but their answers are held back: like a crash between a write and its mark in the outbox.
    try await spicedb.order(
      .init("WriteRelationships") {
        $0.times = 1_000_000
        $0.after = true
        $0.hold = true
      })
    let worker = try await deployment.activeWorker(environment)
    try await Self.carryOutSamples(in: deployment)
    try await Patience.poll(for: "a write is in progress") { try await spicedb.calls("WriteRelationships") > 0 }
    try await worker.program.crash()
    try await spicedb.order([])
    let successor = try await deployment.activeWorker(environment)
    try await Self.expectEqual(deployment, environment)
    #expect(try await successor.drain() == .code(0))
  }

  @Test func `a worker that loses the turn stops writing at once, and its changes arrive later`() async throws {
    let deployment = try Deployment.current
    let (spicedb, environment) = try await deployment.startSpiceDB()
    try await spicedb.order(
      .init("WriteRelationships") {
        $0.times = 1_000_000
        $0.hold = true
      })
    let worker = try await deployment.activeWorker(environment)
    let sender = try await CommandSender.open(on: deployment.host)
    try await sender.send([.createRoot(Command.newID(), id: Command.newID())])
    try await Patience.poll(for: "a write is in progress") { try await spicedb.calls("WriteRelationships") > 0 }
    try await deployment.endActiveSession()
    // A write that nobody cancels would end with an error of SpiceDB.
    try await Patience.poll(for: "the replicator has noticed the end of its session") {
      worker.program.errors.split(separator: "\n").contains {
        $0.contains("relationships can't be replicated") && $0.contains("PostgreSQL")
      }
    }
    try await spicedb.order([])
    try await Self.expectEqual(deployment, environment)
    #expect(try await worker.drain() == .code(0))
    await sender.close()
  }

  @Test func `verify names what an empty SpiceDB lacks, and repair fills it while the worker keeps running`()
    async throws
  {
    let deployment = try Deployment.current
    let (spicedb, environment) = try await deployment.startSpiceDB()
    let worker = try await deployment.activeWorker(environment)
    try await Self.carryOutSamples(in: deployment)
    try await Self.expectEqual(deployment, environment)
    let (empty, other) = try await deployment.startSpiceDB()
    let different = try await deployment.run("authorization", "verify", "--format", "json", environment: other)
    #expect(different.exit == .code(2))
    #expect(different.output.contains(#""difference":"missing""#))
    let repaired = try await deployment.run("authorization", "repair", environment: other)
    #expect(repaired.exit == .code(0), "\(repaired.errors)")
    #expect(repaired.output.contains(" 0 removed from it"))
    try await Self.expectEqual(deployment, other)
    let again = try await deployment.run("authorization", "repair", environment: other)
    #expect(again.output.contains(" 0 relationships added to SpiceDB, 0 removed from it"))
    #expect(try await worker.drain() == .code(0))
    _ = (spicedb, empty)
  }

  @Test func `doctor names what SpiceDB lacks`() async throws {
    let deployment = try Deployment.current
    let (spicedb, environment) = try await deployment.startSpiceDB()
    let healthy = try await deployment.run("doctor", environment: environment)
    #expect(healthy.output.contains("has the required schema"), "\(healthy.output)")
    try spicedb.accept(["another"])
    let refused = try await deployment.run("doctor", environment: environment)
    #expect(refused.output.contains("authorization.token"), "\(refused.output)")
    #expect(refused.exit == .code(1))
  }

  @Test func `without an endpoint nothing is stored for SpiceDB, and its commands say so`() async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    try await Self.carryOutSamples(in: deployment)
    try await deployment.database.withConnection { connection async throws in
      #expect(try await connection.query("waiting", "select count(*) from relationship_changes")[0].count() == 0)
    }
    #expect(try await deployment.run("authorization", "verify").exit == .code(78))
    #expect(try await worker.drain() == .code(0))
  }
}
