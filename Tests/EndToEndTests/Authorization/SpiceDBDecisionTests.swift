import EndToEndSupport
import Foundation
import Messaging
import PostgresClient
import TestSupport
import Testing

/// Workers whose permissions are decided by SpiceDB, here a double: Tests/Tools/spicedb/double.py.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct SpiceDBDecisionTests {
  private static let provider = ["AUTHORIZATION_PROVIDER": "spicedb"]

  private let tenant = Command.newID()
  private let root = Command.newID()
  private let team = Command.newID()

  private func command(_ type: String, _ data: String, by user: String?) -> Command {
    Command(type, data, tenant: tenant, extra: user.map { #","userid":"\#($0)""# } ?? "")
  }

  private var get: Command { command("workspace.get", #"{"workspace_id":"\#(team)"}"#, by: "member") }

  private func setMember(_ role: String) -> Command {
    command(
      "workspace.set_member", #"{"workspace_id":"\#(team)","member":{"type":"user","id":"member"},"role":"\#(role)"}"#,
      by: "boss")
  }

  /// Commands that found a tenant of "boss", with a workspace in which "member" has the role of a member.
  private var founding: [Command] {
    [
      command("workspace.create_root", #"{"workspace_id":"\#(root)"}"#, by: "boss"),
      command(
        "workspace.create", #"{"name":"team","parent_workspace_id":"\#(root)","workspace_id":"\#(team)"}"#, by: "boss"),
      command("tenant.set_member", #"{"user_id":"member","role":"member"}"#, by: "boss"),
      setMember("member"),
    ]
  }

  /// What a command led to.
  fileprivate struct Outcome: Hashable {
    let tenant, source, id, type, code: String?
  }

  private static func expectNothingFailed(_ deployment: Deployment) async throws {
    try await deployment.database.withConnection { connection async throws in
      #expect(try await connection.query("letters", "select count(*) from dead_letters")[0].count() == 0)
      #expect(try await connection.query("parked", "select count(*) from parked_commands")[0].count() == 0)
    }
  }

  @Test func `the sample commands have the expected results`() async throws {
    let deployment = try Deployment.current
    let (spicedb, environment) = try await deployment.startSpiceDB()
    let samples = try SampleCommands.read()
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker(environment.merging(Self.provider) { $1 })
    try await sender.send(samples.commands)
    // Some samples are repetitions, which get their results again. Where a session was interrupted, so do others.
    let expected = zip(samples.events, samples.expected).map { command, result in
      Outcome(tenant: command.tenantid, source: result.source, id: result.id, type: result.result, code: result.code)
    }.onceEach
    let answers = try await results.collect("all results") { messages in
      messages.count >= samples.commands.count && messages.compactMap(Outcome.init).onceEach.count >= expected.count
    }
    #expect(answers.compactMap(Outcome.init).onceEach == expected)
    #expect(try await spicedb.calls("CheckBulkPermissions") > 10)
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }

  /// Each command is decided on the state that the previous command left, even within a batch.
  @Test func `a grant and its revocation take effect with the next command`() async throws {
    let deployment = try Deployment.current
    let (spicedb, environment) = try await deployment.startSpiceDB()
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let rename = { (name: String) in
      command("workspace.rename", #"{"workspace_id":"\#(team)","name":"\#(name)"}"#, by: "member")
    }
    var commands = founding
    for number in 1...20 {
      commands += [rename("a\(number)"), setMember("admin"), rename("b\(number)"), setMember("member")]
    }
    // All commands wait in the queue when the worker starts.
    try await sender.send(commands)
    let worker = try await deployment.activeWorker(environment.merging(Self.provider) { $1 })
    let count = commands.count
    let all = try await results.collect("all results") { $0.answeredCount == count }
    let answers = all.firstAnswers.dropFirst(founding.count).map(\.code)
    #expect(answers == (1...20).flatMap { _ in ["permission_denied", nil, nil, nil] })
    try await Self.expectNothingFailed(deployment)
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
    _ = spicedb
  }

  enum Trouble: CaseIterable {
    case away, silent, refusing, notWriting
  }

  @Test(arguments: Trouble.allCases)
  func `while SpiceDB can't decide the worker is not ready and says so; then it continues, without failures`(
    trouble: Trouble
  ) async throws {
    let deployment = try Deployment.current
    let (spicedb, environment) = try await deployment.startSpiceDB()
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker(environment.merging(Self.provider) { $1 })
    try await sender.send(founding)
    _ = try await results.first(founding.count)
    switch trouble {
    case .away:
      try await spicedb.order(
        ["CheckBulkPermissions", "WriteRelationships"].map { .init($0) { $0.times = 1_000_000 } })
    case .silent: spicedb.program.signal(SIGSTOP)
    case .refusing: try spicedb.accept(["another"])
    case .notWriting: try await spicedb.order(.init("WriteRelationships") { $0.times = 1_000_000 })
    }
    try await sender.send([setMember("admin"), get, setMember("editor"), get, command("workspace.list", "{}", by: nil)])
    try await Patience.poll(for: "the worker says that SpiceDB can't decide") {
      let health = try await worker.health()
      return health.status == 503 && health.body.contains(#""authorization":""#) && health.body.contains("SpiceDB")
    }
    switch trouble {
    case .away, .notWriting: try await spicedb.order([])
    case .silent: spicedb.program.signal(SIGCONT)
    case .refusing: try spicedb.accept(["key"])
    }
    let count = founding.count + 5
    let answers = try await results.collect("all answers") { $0.answeredCount == count }
    #expect(answers.allSatisfy { $0.event?.type.hasSuffix(".succeeded") == true })
    try await worker.becomesReady()
    try await Self.expectNothingFailed(deployment)
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }

  /// The commands in hand have to be decided on changes that must reach SpiceDB first.
  @Test func `while SpiceDB is silent the worker is not ready, even if no command needs a decision`() async throws {
    let deployment = try Deployment.current
    let (spicedb, environment) = try await deployment.startSpiceDB()
    let worker = try await deployment.activeWorker(environment.merging(Self.provider) { $1 })
    spicedb.program.signal(SIGSTOP)
    try await Patience.poll(for: "the worker says that SpiceDB can't decide") {
      let health = try await worker.health()
      return health.status == 503 && health.body.contains(#""authorization":""#)
    }
    spicedb.program.signal(SIGCONT)
    try await Patience.poll(for: "the worker is ready again") { try await worker.health().status == 200 }
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `a worker that is drained under load finishes its commands in progress`() async throws {
    let deployment = try Deployment.current
    let (spicedb, environment) = try await deployment.startSpiceDB()
    let settings = environment.merging(Self.provider) { $1 }
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker(settings)
    let commands = founding + (1...30).flatMap { _ in [setMember("editor"), get, setMember("member")] }
    try await sender.send(commands)
    _ = try await results.first(founding.count + 3)
    #expect(try await worker.drain() == .code(0))
    let successor = try await deployment.activeWorker(settings)
    let answers = try await results.collect("all answers") { $0.answeredCount == commands.count }
    #expect(answers.allSatisfy { $0.event?.type.hasSuffix(".succeeded") == true })
    try await Self.expectNothingFailed(deployment)
    #expect(try await successor.drain() == .code(0))
    await sender.close()
    await results.close()
    _ = spicedb
  }

  @Test func `a worker drains while SpiceDB is away, and its successor executes the rest`() async throws {
    let deployment = try Deployment.current
    let (spicedb, environment) = try await deployment.startSpiceDB()
    let settings = environment.merging(Self.provider) { $1 }
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker(settings)
    try await sender.send(founding)
    _ = try await results.first(founding.count)
    try await spicedb.order(.init("CheckBulkPermissions") { $0.times = 1_000_000 })
    try await sender.send([get])
    try await Patience.poll(for: "the worker is not ready") { try await worker.health().status == 503 }
    #expect(try await worker.drain() == .code(0))
    try await spicedb.order([])
    let successor = try await deployment.activeWorker(settings)
    // Results may be published more than once.
    _ = try await results.collect("the answer") { $0.contains { $0.event?.type == "workspace.get.succeeded" } }
    try await Self.expectNothingFailed(deployment)
    #expect(try await successor.drain() == .code(0))
    await sender.close()
    await results.close()
  }

  @Test func `without enforcement, and for systems, SpiceDB is not asked`() async throws {
    let deployment = try Deployment.current
    let (spicedb, environment) = try await deployment.startSpiceDB()
    let settings = environment.merging(Self.provider) { $1 }
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let lenient = try await deployment.activeWorker(settings.merging(["AUTHORIZATION_ENFORCE": "false"]) { $1 })
    try await sender.send(founding + [get])
    _ = try await results.first(founding.count + 1)
    #expect(try await spicedb.calls("CheckBulkPermissions") == 0)
    #expect(try await lenient.drain() == .code(0))
    let worker = try await deployment.activeWorker(settings)
    // On every connect the worker checks that SpiceDB answers.
    let before = try await spicedb.calls("CheckBulkPermissions")
    try await sender.send([command("workspace.get", #"{"workspace_id":"\#(team)"}"#, by: nil)])
    #expect(try await results.first(founding.count + 2).last?.event?.type == "workspace.get.succeeded")
    #expect(try await spicedb.calls("CheckBulkPermissions") == before)
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }

  @Test func `the provider spicedb without an endpoint fails with exit code 78`() async throws {
    let refused = try await Deployment.current.run("config", "show", environment: Self.provider)
    #expect(refused.exit == .code(78))
    #expect(refused.errors.contains("authorization.spicedb.endpoint is needed by authorization.provider: spicedb"))
  }
}

extension SpiceDBDecisionTests.Outcome {
  fileprivate init?(_ message: Subscription.Message) {
    guard let event = message.event else { return nil }
    self.init(
      tenant: event.tenantid, source: event.commandsource, id: event.commandid, type: event.type, code: message.code)
  }
}

extension [SpiceDBDecisionTests.Outcome] {
  /// Each outcome once, where it came first.
  fileprivate var onceEach: Self {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
