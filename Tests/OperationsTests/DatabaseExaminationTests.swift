import Operations
import Testing

@Suite struct DatabaseExaminationTests {
  private func findings(unknown: [String] = [], _ change: (inout FakeDatabase) -> Void = { _ in }) async -> [Finding] {
    var database = FakeDatabase()
    change(&database)
    return await DatabaseExamination(database, resolver: FakeResolver(unknown: unknown)).findings()
  }

  private func finding(_ check: String, _ change: (inout FakeDatabase) -> Void) async -> Finding? {
    await findings(change).first { $0.check == check }
  }

  @Test func `a complete database gets a line for each check, and no remedy`() async {
    let findings = await findings()
    #expect(
      findings.map(\.check) == [
        "database.login", "database.tls", "database.version", "database.writable", "clock.skew", "database.durability",
        "database.replication", "database.row_security", "database.migrations", "database.role",
        "ledger.delivery_limit",
      ])
    #expect(findings.allSatisfy { $0.status == .ok && $0.remedy == nil })
    #expect(findings[0].detail == "connected: db at database.example")
  }

  @Test func `an unresolvable host name is the only finding`() async {
    let findings = await findings(unknown: ["standby.example"])
    #expect(findings.map(\.check) == ["database.name"] && findings[0].detail.contains("standby.example"))
  }

  @Test(arguments: [
    (DatabaseObstacle.loginRefused("why"), "database.login", "pg_hba.conf"),
    (.exhausted("why"), "database.connection", "CONNECTION LIMIT"),
    (.configuration("why"), "database.connection", "password_file"),
    (.sharedSession("why"), "database.session", "docs/connections.md"),
    (.unsupportedOption("why"), "database.session", "options"),
    (.tlsRefused("why"), "database.tls", "sslrootcert"),
    (.unreachable("why"), "database.connection", "start PostgreSQL"),
  ])
  func `a failed connection is the only finding, with its own remedy`(
    obstacle: DatabaseObstacle, check: String, remedy: String
  ) async {
    let findings = await findings { $0.obstacle = obstacle }
    #expect(findings.map(\.check) == [check] && findings[0].status == .problem && findings[0].detail == "why")
    #expect(findings[0].remedy?.contains(remedy) == true)
  }

  @Test func `a role without permission lacks rights`() async {
    let findings = await findings { $0.mayAsk = false }
    #expect(findings.map(\.check) == ["database.login", "database.connection"])
    #expect(findings.last?.detail == "permission denied" && findings.last?.remedy?.contains("docs/security.md") == true)
  }

  @Test func `encryption is required only beyond the local host`() async {
    #expect(await finding("database.tls") { $0.server.isEncrypted = false }?.status == .warning)
    #expect(await finding("database.tls") { ($0.server.isEncrypted, $0.server.isLocal) = (false, true) }?.status == .ok)
  }

  @Test(arguments: [(150_000, "UTF8", Finding.Status.ok), (140_022, "UTF8", .problem), (170_000, "LATIN1", .problem)])
  func `the server is PostgreSQL 15 or later, in UTF-8`(version: Int, encoding: String, status: Finding.Status) async {
    #expect(
      await finding("database.version") { ($0.server.version, $0.server.encoding) = (version, encoding) }?.status
        == status)
  }

  @Test func `a read-only server is a problem`() async {
    #expect(await finding("database.writable") { $0.server.isReadOnly = true }?.status == .problem)
  }

  @Test(arguments: [(4999, Finding.Status.ok), (5000, .warning), (-4999, .ok), (-5000, .warning)])
  func `clocks are less than five seconds apart, whichever is ahead`(milliseconds: Int, status: Finding.Status) async {
    let finding = await finding("clock.skew") { $0.server.skew = .milliseconds(milliseconds) }
    #expect(finding?.status == status)
    #expect(finding?.detail.contains("\(abs(milliseconds)) ms \(milliseconds < 0 ? "behind" : "ahead of")") == true)
  }

  @Test func `a commit is durable`() async {
    let off = await finding("database.durability") { $0.durability.disabled = ["fsync", "full_page_writes"] }
    #expect(off?.status == .problem && off?.detail == "off: fsync, full_page_writes")
    let local = await finding("database.durability") { $0.durability.defaultCommit = "local" }
    #expect(local?.status == .ok && local?.detail.contains("the worker's sessions use on") == true)
  }

  @Test func `a standby that commits wait for is connected`() async {
    let missing = await finding("database.replication") { $0.durability.standbyNames = "one" }
    #expect(missing?.status == .warning && missing?.detail.contains("wait for one") == true)
    let connected = await finding("database.replication") {
      ($0.durability.standbyNames, $0.durability.standbys) = ("one", 1)
    }
    #expect(connected?.status == .ok && connected?.detail.contains("wait for the standbys") == true)
  }

  @Test func `no rows are hidden`() async {
    let hidden = await finding("database.row_security") { $0.durability.hidden = ["inbox"] }
    #expect(hidden?.status == .problem && hidden?.detail.hasSuffix("inbox") == true)
  }

  @Test
  func `migrations of a newer program are no problem; pending ones are, and rights are then not checked`() async {
    #expect(await finding("database.migrations") { $0.schema = .applied(unknown: [99]) }?.status == .warning)
    let pending = await findings { $0.schema = .pending(["0001-a.sql", "0002-b.sql"]) }
    #expect(
      pending.last
        == .problem("database.migrations", "pending: 0001-a.sql, 0002-b.sql", remedy: "workspace-worker migrate up"))
    #expect(await finding("database.migrations") { $0.schema = .unusable("why") }?.detail == "why")
    let forbidden = await finding("database.role") { $0.schema = .forbidden("why") }
    #expect(forbidden?.detail == "why" && forbidden?.remedy?.contains("docs/security.md") == true)
  }

  @Test func `the role has the rights that a worker needs, but not all there are`() async {
    let missing = await finding("database.role") { $0.missingRights = ["select on inbox", "insert on outbox"] }
    #expect(missing?.status == .problem && missing?.detail == "worker lacks: select on inbox, insert on outbox")
    #expect(await finding("database.role") { $0.server.isSuperuser = true }?.status == .warning)
  }

  @Test func `commands that the broker took out of order are reported until they are resolved`() async {
    let limited = await finding("ledger.delivery_limit") { $0.lettersOfDeliveryLimit = 3 }
    #expect(limited?.status == .warning && limited?.detail.hasPrefix("3 open dead letters") == true)
    let unknown = await finding("ledger.delivery_limit") { $0.missingRights = ["select on dead_letters"] }
    #expect(unknown == nil, "without the right to read, the finding is left out")
  }
}
