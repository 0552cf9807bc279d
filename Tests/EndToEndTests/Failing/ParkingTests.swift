import EndToEndSupport
import Messaging
import TestSupport
import Testing

/// A command that fails is retried in its place: no command of its tenant overtakes it, and nobody else waits.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct ParkingTests {
  /// That many failures come fast. Then there is time, even on a busy machine, until an operator releases the line:
  /// delays are random, up to the given ones, so that an early retry or two are possible, but not eighteen.
  ///
  /// - Parameter later: the delays after that.
  private static func quick(failures: Int = 3, later: String = "1h") -> [String: String] {
    let delays = Array(repeating: "20ms", count: failures - 1) + Array(repeating: later, count: 18)
    return ["PARKING_RETRY_DELAYS": delays.joined(separator: ",")]
  }

  private static let never = ["PARKING_RETRY_DELAYS": "1h"]

  /// A tenant with a chain of five workspaces, of which the second one's name is poisoned.
  private struct Chain {
    let tenant = Command.newID()
    let commands: [Command]

    init(name: String = "poison") {
      let ids = (0..<5).map { _ in Command.newID() }
      let tenant = tenant
      commands =
        [.createRoot(tenant, id: ids[0]), .create(tenant, name, below: ids[0], id: ids[1])]
        + (2..<5).map { .create(tenant, "w \($0)", below: ids[$0 - 1], id: ids[$0]) }
    }

    var ids: [String] { commands.map(\.id) }
  }

  @Test(arguments: [false, true])
  func `the second of five commands fails three times: all five take effect, in order`(isReleased: Bool) async throws {
    let deployment = try Deployment.current
    let (chain, others) = (Chain(), CommandStream(tenants: 3, count: 300))
    let poison = try await PoisonedName.set("poison", in: deployment)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let events = try await Subscription.to("workspace.events", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    try await sender.send(chain.commands + others.commands)
    // Without an operator the line continues with a retry: within 20 s, of which there are eighteen.
    let worker = try await deployment.activeWorker(isReleased ? Self.quick() : Self.quick(later: "20s"))

    // Everybody else has been answered while the tenant waits.
    _ = try await results.collect("all other results") { $0.answeredCount == others.commands.count + 1 }
    try await Patience.poll(for: "three failures") { try await deployment.parked().first?.failures ?? 0 >= 3 }
    #expect(try await deployment.parked().map(\.id) == Array(chain.ids.dropFirst()))
    try await poison.lift()
    if isReleased { #expect(try await deployment.run("parked", "release", chain.tenant).exit == .code(0)) }
    let all = try await results.first(others.commands.count + 5)
    try await deployment.outboxIsEmpty()
    #expect(try await worker.drain() == .code(0))

    let mine = all.filter { $0.event?.tenantid == chain.tenant }
    #expect(mine.compactMap { $0.event?.commandid } == chain.ids)
    #expect(mine.allSatisfy { $0.event?.type.hasSuffix(".succeeded") ?? false })
    others.expectResults(all.filter { $0.event?.tenantid != chain.tenant })
    let published = Expectations.gapFree(try await events.everything(on: deployment.host), repeated: false)
    #expect(published.filter { $0.event?.tenantid == chain.tenant }.compactMap { $0.event?.commandid } == chain.ids)
    #expect(try await deployment.parked().isEmpty)
    #expect(try await deployment.letters().isEmpty)
    try await deployment.commandsAreDone()
    await sender.close()
    await results.close()
    await events.close()
  }

  @Test func `a command that fails every time ends in the ledger with its attempts, and the line continues`()
    async throws
  {
    let deployment = try Deployment.current
    let chain = Chain()
    _ = try await PoisonedName.set("poison", in: deployment)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    try await sender.send(chain.commands)
    let worker = try await deployment.activeWorker(["PARKING_RETRY_DELAYS": "20ms,20ms"])
    let all = try await results.first(5)
    #expect(try await worker.drain() == .code(0))
    #expect(all.compactMap { $0.event?.commandid } == chain.ids)
    #expect(
      all.map { $0.code } == [
        nil, "unexpected_failure", "parent_workspace_not_found", "parent_workspace_not_found",
        "parent_workspace_not_found",
      ])
    #expect(
      try await deployment.letters() == [.init(reason: "unexpected_failure", attempts: 3, commandID: chain.ids[1])])
    #expect(try await deployment.parked().isEmpty)
    try await deployment.commandsAreDone()
    await sender.close()
    await results.close()
  }

  @Test func `a line outlives the workers, however they end`() async throws {
    let deployment = try Deployment.current
    let chain = Chain()
    let poison = try await PoisonedName.set("poison", in: deployment)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    var worker = try await deployment.activeWorker(Self.never)
    for (number, command) in chain.commands.enumerated() {
      try await sender.send([command])
      try await Patience.poll(for: "command \(number) is parked") {
        try await deployment.parked().count == number || number == 0
      }
      if number.isMultiple(of: 2) { try await worker.program.crash() } else { try await worker.drain() }
      worker = try await deployment.activeWorker(Self.never)
    }
    try await poison.lift()
    #expect(try await deployment.run("parked", "release", chain.tenant).exit == .code(0))
    let all = try await results.collect("all results") { $0.answeredCount == 5 }
    #expect(try await worker.drain() == .code(0))
    #expect(all.firstAnswers.compactMap { $0.event?.commandid } == chain.ids)
    #expect(all.allSatisfy { $0.event?.type.hasSuffix(".succeeded") ?? false })
    #expect(try await deployment.letters().isEmpty)
    #expect(try await deployment.fatalCount() == 0)
    try await deployment.commandsAreDone()
    await sender.close()
    await results.close()
  }

  @Test func `with strict a full line accepts further commands, continues in order, and delays nobody else`()
    async throws
  {
    let deployment = try Deployment.current
    let (chain, others) = (Chain(), CommandStream(tenants: 2, count: 100))
    let poison = try await PoisonedName.set("poison", in: deployment)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker(Self.quick().merging(["PARKING_LINE_LIMIT": "2"]) { $1 })
    try await sender.send(chain.commands + others.commands)
    _ = try await results.collect("all other results") { $0.answeredCount == others.commands.count + 1 }
    try await Patience.poll(for: "the whole line is parked") {
      try await deployment.parked().map(\.id) == Array(chain.ids[1...])
    }
    try await worker.program.says("a line of parked commands is full")
    // Until then it may continue by itself.
    try await Patience.poll(for: "three failures") { try await deployment.parked().first?.failures ?? 0 >= 3 }
    try await poison.lift()
    #expect(try await deployment.run("parked", "release", chain.tenant).exit == .code(0))
    let all = try await results.first(others.commands.count + 5)
    #expect(all.filter { $0.event?.tenantid == chain.tenant }.compactMap { $0.event?.commandid } == chain.ids)
    #expect(all.allSatisfy { $0.event?.type.hasSuffix(".succeeded") ?? false })
    #expect(try await worker.drain() == .code(0))
    try await deployment.commandsAreDone()
    await sender.close()
    await results.close()
  }

  @Test func `a statement that never ends is cancelled, and only its command is parked`() async throws {
    let deployment = try Deployment.current
    let chain = Chain()
    let poison = try await PoisonedName.set("poison", in: deployment, action: "perform pg_sleep(60)")
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    try await sender.send(chain.commands)
    // Long enough for any other statement on a busy machine.
    let limits = ["POSTGRES_STATEMENT_TIMEOUT": "5s", "WORKER_HANDLER_DEADLINE": "5s"]
    let worker = try await deployment.activeWorker(Self.quick(failures: 2).merging(limits) { $1 })
    try await Patience.poll(for: "two failures") { try await deployment.parked().first?.failures ?? 0 >= 2 }
    #expect(try await deployment.parked().first?.id == chain.ids[1])
    try await poison.lift()
    #expect(try await deployment.run("parked", "release", chain.tenant).exit == .code(0))
    let all = try await results.first(5)
    #expect(all.compactMap { $0.event?.commandid } == chain.ids)
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }
}
