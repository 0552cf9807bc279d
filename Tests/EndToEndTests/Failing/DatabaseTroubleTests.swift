import EndToEndSupport
import Messaging
import PostgresClient
import TestSupport
import Testing

/// Database trouble that ends one session after another is not blamed on the commands in hand.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct DatabaseTroubleTests {
  enum Trouble: CaseIterable {
    case fullDisk, missingRight, heldTenant
  }

  @Test(arguments: Trouble.allCases)
  func `two workers that repeatedly take over from each other dead-letter no command`(trouble: Trouble) async throws {
    let deployment = try Deployment.current
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let commands = (0..<5).map { _ in Command.createRoot(Command.newID(), id: Command.newID(), name: "poison") }
    let end = try await begin(trouble, in: deployment, first: try CloudEvent(commands[0].body).tenantid ?? "")
    try await sender.send(commands)
    let workers = try (0..<2).map { _ in try deployment.startWorker(["POSTGRES_LOCK_TIMEOUT": "100ms"]) }
    // Lost sessions outnumber both the crashes and the failures that a command is allowed. Nothing says how the workers
    // share them.
    try await Patience.poll(for: "each worker has become active, and both together twelve times") {
      let counts = workers.map { $0.program.errors.ranges(of: "the worker is active").count }
      return counts.allSatisfy { $0 > 0 } && counts.reduce(0, +) >= 12
    }
    #expect(try await deployment.letters().isEmpty)
    try await end()
    let all = try await results.collect("all results") { $0.answeredCount == commands.count }
    #expect(all.allSatisfy { $0.event?.type == "workspace.create_root.succeeded" })
    #expect(try await deployment.letters().isEmpty)
    #expect(try await deployment.parked().isEmpty)
    #expect(try await deployment.fatalCount() == 0)
    for worker in workers {
      try await worker.becomesReady()
      #expect(try await worker.drain() == .code(0))
    }
    await sender.close()
    await results.close()
  }

  /// Causes the trouble.
  ///
  /// - Returns: a function that ends the trouble.
  private func begin(
    _ trouble: Trouble, in deployment: Deployment, first tenant: String
  ) async throws -> () async throws -> Void {
    switch trouble {
    case .fullDisk:
      return try await PoisonedName.set(
        "poison", in: deployment, action: "raise exception 'no space left on device' using errcode = '53100'"
      ).lift
    case .missingRight:
      try await change("revoke insert on workspaces from current_user", in: deployment)
      return { try await change("grant insert on workspaces to current_user", in: deployment) }
    case .heldTenant:
      return try await OpenTransaction.begin("insert into tenants (id) values ('\(tenant)')", in: deployment).rollBack
    }
  }

  private func change(_ statement: String, in deployment: Deployment) async throws {
    try await deployment.database.withConnection { try await $0.execute(script: statement) }
  }

  @Test func `a locked table while workers are killed dead-letters neither a command nor its child`() async throws {
    let deployment = try Deployment.current
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let (tenant, root, parent) = (Command.newID(), Command.newID(), Command.newID())
    let lock = try await OpenTransaction.begin("lock table workspaces in access exclusive mode", in: deployment)
    try await sender.send([
      .createRoot(tenant, id: root), .create(tenant, "a", below: root, id: parent), .create(tenant, "b", below: parent),
    ])
    for _ in 0..<4 {
      let worker = try await deployment.activeWorker()
      try await lock.isWaitedFor()
      try await worker.program.crash()
    }
    try await lock.rollBack()
    let last = try await deployment.activeWorker()
    let all = try await results.collect("all results") { $0.answeredCount == 3 }
    #expect(all.allSatisfy { $0.event?.type.hasSuffix(".succeeded") == true })
    #expect(try await deployment.letters().isEmpty)
    #expect(try await deployment.fatalCount() == 0)
    #expect(try await last.drain() == .code(0))
    await sender.close()
    await results.close()
  }
}
