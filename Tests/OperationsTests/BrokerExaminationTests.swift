import Operations
import Testing

@Suite struct BrokerExaminationTests {
  private func findings(_ broker: FakeBroker, unknown: [String] = []) async -> [Finding] {
    await BrokerExamination(broker, resolver: FakeResolver(unknown: unknown)).findings()
  }

  /// The last finding of a check.
  private func finding(_ check: String, _ change: (inout FakeBroker) -> Void) async -> Finding? {
    var broker = FakeBroker()
    change(&broker)
    return await findings(broker).last { $0.check == check }
  }

  @Test func `a complete broker gets a line for each check, and no remedy`() async {
    let findings = await findings(FakeBroker())
    #expect(
      findings.map(\.check) == [
        "broker.name", "broker.login", "broker.tls", "broker.version", "broker.topology", "broker.consumers",
        "broker.route", "broker.route.queries", "broker.alarms",
      ])
    #expect(findings.allSatisfy { $0.status == .ok && $0.remedy == nil })
  }

  @Test func `an unresolvable name is the only finding`() async {
    let findings = await findings(FakeBroker(), unknown: ["broker.example"])
    #expect(findings.map(\.check) == ["broker.name"] && findings[0].status == .problem)
    #expect(findings[0].detail == "broker.example can't be resolved: no such name")
  }

  @Test(arguments: [
    (BrokerObstacle.unreachable("why"), "broker.connection", "start the broker"),
    (.tlsRefused("why"), "broker.tls", "ca_file"),
    (.loginRefused("why"), "broker.login", "docs/security.md"), (.silent("why"), "broker.connection", "firewall"),
    (.other("why"), "broker.connection", "AMQP 0-9-1"),
  ])
  func `a failed connection ends the examination, with its own remedy`(
    obstacle: BrokerObstacle, check: String, remedy: String
  ) async throws {
    var broker = FakeBroker()
    broker.obstacle = obstacle
    let findings = await findings(broker)
    #expect(findings.map(\.check) == ["broker.name", check])
    let last = try #require(findings.last)
    #expect(last.status == .problem && last.detail == "why" && last.remedy?.contains(remedy) == true)
  }

  @Test(arguments: [
    ("broker.example", BrokerTarget.Encryption.none, Finding.Status.warning), ("127.0.0.1", .none, .ok),
    ("localhost", .none, .ok),
    ("::1", .none, .ok), ("localhost", .unverified, .warning), ("broker.example", .verified, .ok),
  ])
  func `encryption is required only beyond the local host`(
    host: String, encryption: BrokerTarget.Encryption, status: Finding.Status
  ) async {
    let finding = await finding("broker.tls") { ($0.host, $0.encryption) = (host, encryption) }
    #expect(finding?.status == status)
  }

  @Test(arguments: [
    (String?.some("RabbitMQ"), String?.some("3.10.0"), Finding.Status.ok), ("RabbitMQ", "3.9.29", .problem),
    ("RabbitMQ", "10.0", .ok), ("LavinMQ", "2.0.0", .warning),
    ("RabbitMQ", "unknown", .warning), (nil, nil, .warning),
  ])
  func `the broker is RabbitMQ 3.10 or later`(product: String?, version: String?, status: Finding.Status) async {
    #expect(await finding("broker.version") { ($0.product, $0.version) = (product, version) }?.status == status)
  }

  @Test func `missing objects are named, and dependent checks are skipped`() async {
    var broker = FakeBroker()
    broker.missing = ["queue a", "exchange b"]
    let findings = await findings(broker)
    #expect(!findings.contains { $0.check == "broker.route" || $0.check == "broker.consumers" })
    let finding = findings.first { $0.check == "broker.topology" }
    #expect(
      finding == .problem("broker.topology", "missing: queue a, exchange b", remedy: "workspace-worker topology apply"))
    broker.differences = ["queue c: it differs"]
    #expect(
      await self.findings(broker).filter { $0.check == "broker.topology" }.map(\.detail) == [
        "missing: queue a, exchange b", "not as planned: queue c: it differs",
      ])
    #expect(findings.last?.check == "broker.alarms")
  }

  @Test func `a user without any read permission lacks permissions; one who can't compare need not`() async {
    let refused = await finding("broker.topology") { $0.mayAsk = false }
    #expect(refused?.status == .problem && refused?.detail == "access refused")
    #expect(await finding("broker.topology") { $0.differences = nil }?.status == .ok)
    let different = await finding("broker.topology") { $0.differences = ["queue a: x-overflow"] }
    #expect(different?.status == .warning && different?.detail == "not as planned: queue a: x-overflow")
  }

  @Test(arguments: [(0, Finding.Status.warning), (1, .ok), (2, .problem)])
  func `the one consumer is the active worker, and there is no other`(consumers: Int, status: Finding.Status) async {
    let finding = await finding("broker.consumers") { $0.consumers = consumers }
    #expect(finding?.status == status && finding?.detail == "consumers: \(consumers), commands waiting: 7")
  }

  @Test(
    arguments: [
      (RouteProbing.unroutable(keys: ["group.#"]), Finding.Status.problem), (.forbidden, .ok),
      (.unknown("why"), .warning), (.arrived, .ok),
    ], BrokerRoute.allCases)
  func `a missing binding is a problem, and one that can't be checked is not`(
    probing: (outcome: RouteProbing, status: Finding.Status), route: BrokerRoute
  ) async {
    let finding = await finding(route == .commands ? "broker.route" : "broker.route.queries") {
      $0.routes = [route: probing.outcome]
    }
    #expect(finding?.status == probing.status)
    if probing.status == .problem {
      #expect(finding?.detail.hasSuffix("\(route) -> \(route) lacks a binding with group.#") == true)
    }
  }

  @Test(arguments: [
    (AlarmProbing.refused("why"), Finding.Status.problem, "a message was not accepted: why"),
    (
      .unconfirmed(blockedBecause: "low on memory", limit: .seconds(5)), .problem,
      "the broker blocks publishers: low on memory"
    ),
    (.unconfirmed(blockedBecause: nil, limit: .seconds(5)), .problem, "a message was not confirmed within 5s"),
    (.untried("why"), .warning, "could not be checked: why"),
  ])
  func `a broker that accepts no messages is a problem`(probing: AlarmProbing, status: Finding.Status, detail: String)
    async
  {
    let finding = await finding("broker.alarms") { $0.alarms = probing }
    #expect(
      finding?.status == status && finding?.detail == detail && finding?.remedy?.contains("rabbitmqctl status") == true)
  }
}
