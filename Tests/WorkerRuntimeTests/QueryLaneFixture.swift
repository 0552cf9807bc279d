import Coordination
import Crypto
import MessageContract
import Messaging
import ServiceLifecycleTestKit
import Synchronization
import TestFixtures
import Testing
import UnitOfWork
import WorkerRuntime
import WorkspaceApplication
import WorkspaceDomain

/// A query lane with a fake queue, and fake servers that each have one sequence for all tenants.
final class QueryLaneFixture: Sendable {
  struct Server {
    var sequence: Int64
    var origin: DatedSnapshot.Origin
    /// Whether attempts to connect fail.
    var isAway = false
    var failure: UnitOfWorkError?
    /// The number of further reads that end the connection.
    var failuresLeft = 0
    /// Reads that include this tenant fail.
    var poison: TenantID?
    /// After the first failure because of ``poison`` the next two reads end the connection, and all is well afterwards.
    var isLostAfterPoison = false
  }

  let replica: Mutex<Server>
  let primary: Mutex<Server>
  let status = QueryStatus()
  /// Reads of tenant 1 wait until this is raised.
  let gate = Signal<Void>()
  /// The number of queries that each round trip has read.
  let reads = Journal<Int>()
  /// An entry for each query that was answered by a server with the sequence that it asks for.
  let awaited = Journal<Void>()
  /// An entry for each read that has begun.
  fileprivate let begun = Journal<Void>()
  /// An entry for each connection that has begun to serve.
  fileprivate let connected = Journal<QuerySide>()
  /// An entry for each attempt to connect that has failed.
  private let refused = Journal<QuerySide>()
  private let settings: QuerySettings
  private let rules: WorkspaceRules
  private let source = FakeQuerySource()
  private let state = Journal<String>()
  fileprivate let recorded = Mutex<[DeadLetter]>([])
  fileprivate let deaths = Mutex<[FatalMessages.BodyHash: FatalMessages.Deaths]>([:])
  /// The ledger does not answer until this is raised.
  let ledger = Signal<Void>()
  private let observed = Mutex<[QueryOutcome]>([])
  private let count = Mutex<UInt64>(0)

  init(
    replica: Int64 = 0, primary: Int64 = 0, origin: DatedSnapshot.Origin = .replica(lag: .zero),
    isLedgerOpen: Bool = true, isGateOpen: Bool = true, rules: WorkspaceRules = WorkspaceRules(),
    _ configure: (inout QuerySettings) -> Void = { _ in }
  ) {
    if isLedgerOpen { ledger.raise() }
    if isGateOpen { gate.raise() }
    self.replica = Mutex(Server(sequence: replica, origin: origin))
    self.primary = Mutex(Server(sequence: primary, origin: .primary))
    var settings = QuerySettings()
    settings.poolSize = 2
    settings.probeInterval = .milliseconds(1)
    settings.timeout = .seconds(3600)
    settings.wait = .seconds(3600)
    settings.reconnect = Backoff(shortest: .milliseconds(1), longest: .milliseconds(1))
    configure(&settings)
    self.settings = settings
    self.rules = rules
  }

  var letters: [DeadLetter] { recorded.withLock { $0 } }
  var outcomes: [QueryOutcome] { observed.withLock { $0 } }

  func makeLane() -> QueryLane {
    QueryLane(
      settings: settings,
      environment: ExecutionEnvironment(
        clock: FixedClock(), identifiers: CountingIdentifiers(after: 1 << 40), rules: rules,
        messages: ExecutorFixture.messages(), queue: "/queries", process: .sample(1)),
      connections: QueryLane.Connections(
        queue: { [source] in Link(source, on: source) },
        replica: { [self] in try open(.replica) },
        primary: { [self] in try open(.primary) },
        ledger: { [self] in Link(FakeLedger(fixture: self), on: source) }),
      replies: FakeAnswers(journal: state), status: status,
      probe: FakeQueryProbe { [self] observation in
        if case .handled(_, let outcome, _) = observation { observed.withLock { $0.append(outcome) } }
        if case .read(let count) = observation { reads.note(count) }
        if case .awaitedReplica = observation { awaited.note(()) }
      }, workspaceProbe: RecordingProbe(), logger: ExecutorFixture.silent)
  }

  func run(_ test: @Sendable () async throws -> Void) async throws {
    try await testGracefulShutdown { trigger in
      let lane = makeLane()
      async let running: Void = lane.run()
      try await test()
      trigger.triggerGracefulShutdown()
      try await running
    }
  }

  func ask(
    _ ids: String..., type: String = "workspace.list", tenants: [UInt64] = [1], replyTo: ShortString? = "me",
    minimum: String? = nil,
    expiration: ShortString? = nil, isRedelivered: Bool = false
  ) {
    source.arrive(
      ids.enumerated().map { index, id in
        let number = count.withLock { count in
          count += 1
          return count
        }
        let tenant = TenantID.sample(tenants[index % tenants.count])
        let minimum = minimum.map { ",\"minsequence\":\"\($0)\"" } ?? ""
        var properties = MessageProperties()
        properties.replyTo = replyTo
        properties.expiration = expiration
        return Delivery(
          tag: DeliveryTag(generation: 1, number: number), isRedelivered: isRedelivered, exchange: "workspace.queries",
          routingKey: "workspace.list", properties: properties,
          body: Self.body(id, type, tenant, minimum))
      })
  }

  static func body(_ id: String, _ type: String, _ tenant: TenantID, _ further: String = "") -> [UInt8] {
    Array(
      #"{"specversion":"1.0","id":"\#(id)","source":"/t","type":"\#(type)","tenantid":"\#(tenant)"\#(further)}"#.utf8)
  }

  /// Records that `count` processes have died of the query `id` that
  /// ``ask(_:type:tenants:replyTo:minimum:expiration:isRedelivered:)`` sends by default.
  func kill(_ count: Int, by id: String, decoded: Bool = true) {
    let hash = Array(SHA256.hash(data: Self.body(id, "workspace.list", .sample(1))))
    deaths.withLock { $0[hash] = .init(count: count, isDecodable: decoded) }
  }

  /// Waits for as many answers, and expects these, in any order. Each is `ID TYPE SEQUENCE`, with `-` for no sequence.
  func expect(_ answers: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try await expect(answers, sourceLocation: sourceLocation)
  }

  func expect(_ answers: [String], sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try await state.wait { $0.count >= answers.count }
    #expect(state.entries.sorted() == answers.sorted(), sourceLocation: sourceLocation)
  }

  func acknowledged(_ count: Int) async throws { try await source.acknowledgements.wait { $0.count >= count } }

  func begun(_ count: Int) async throws { try await begun.wait { $0.count >= count } }

  /// Waits until `count` connections to a side have begun to serve; those before the last may have ended.
  func connected(_ side: QuerySide, _ count: Int = 1) async throws {
    try await connected.wait { sides in sides.count { $0 == side } >= count }
  }

  /// Waits until `count` attempts to connect to a side have failed; the lane may not know of the last one yet.
  func refused(_ side: QuerySide, _ count: Int) async throws {
    try await refused.wait { sides in sides.count { $0 == side } >= count }
  }

  /// Waits until the lane has dealt with `count` groups of deliveries that it was handed.
  func taken(_ count: Int = 1) async throws { try await source.handedOut.wait { $0.count >= count } }

  fileprivate func read(_ server: borrowing Mutex<Server>, _ readSet: ReadSet) throws(UnitOfWorkError) -> DatedSnapshot
  {
    let server = server.withLock { server in
      defer { server.failuresLeft = max(0, server.failuresLeft - 1) }
      return server
    }
    if readSet.locksTenants { Issue.record("queries lock nothing") }
    if let failure = server.failure { throw failure }
    if server.failuresLeft > 0 { throw .unavailable(reason: "the connection is lost") }
    if let poison = server.poison, readSet.tenants.contains(poison) {
      if server.isLostAfterPoison { replica.withLock { ($0.failuresLeft, $0.isLostAfterPoison) = (2, false) } }
      throw .failed(reason: "poison")
    }
    var snapshot = Snapshot()
    for tenant in readSet.tenants { snapshot.tenants[tenant] = server.sequence }
    for page in readSet.tree.pages { snapshot.pages[page] = [] }
    return DatedSnapshot(snapshot, from: server.origin)
  }

  fileprivate func read(_ side: QuerySide, _ readSet: ReadSet) throws(UnitOfWorkError) -> DatedSnapshot {
    switch side {
    case .replica: try read(replica, readSet)
    case .primary: try read(primary, readSet)
    }
  }

  private func open(_ side: QuerySide) throws -> any QuerySession {
    let isAway =
      switch side {
      case .replica: replica.withLock { $0.isAway }
      case .primary: primary.withLock { $0.isAway }
      }
    guard !isAway else {
      refused.note(side)
      throw UnitOfWorkError.unavailable(reason: "no \(side.rawValue)")
    }
    return FakeQuerySession(of: self, side)
  }
}

private struct FakeQuerySession: QuerySession, SnapshotReader {
  let fixture: QueryLaneFixture
  let side: QuerySide

  init(of fixture: QueryLaneFixture, _ side: QuerySide) {
    self.fixture = fixture
    self.side = side
  }

  var reader: any SnapshotReader { self }

  func read(_ readSet: ReadSet) async throws(UnitOfWorkError) -> DatedSnapshot {
    fixture.begun.note(())
    if readSet.tenants.contains(.sample(1)) { await fixture.gate.wait() }
    return try fixture.read(side, readSet)
  }

  func waitUntilClosed() async -> any Error {
    fixture.connected.note(side)
    try? await Task.sleep(for: .seconds(3600))
    return CancellationError()
  }

  func close() async {}
}

private struct FakeAnswers: ReplySender {
  let journal: Journal<String>

  func send(_ replies: [PendingReply]) {
    for pending in replies {
      let reply = pending.message
      let body = String(decoding: reply.body, as: UTF8.self)
      let sequence = body.split(separator: "\"sequence\":\"").dropFirst().first?.prefix { $0 != "\"" } ?? "-"
      pending.settled(.delivered)
      journal.note("\(reply.properties.correlationID?.text ?? "") \(reply.properties.type?.text ?? "") \(sequence)")
    }
  }

  func waitUntilSettled() async {}

  func run() async throws { try await Task.sleep(for: .seconds(3600)) }
}

/// Records dead letters, and knows crashes, once the fixture's signal `ledger` is raised.
private struct FakeLedger: QuarantineLedger {
  let fixture: QueryLaneFixture

  func record(_ letters: [DeadLetter]) async throws(UnitOfWorkError) {
    await fixture.ledger.wait()
    fixture.recorded.withLock { $0 += letters }
  }

  func deaths(
    of messages: [FatalMessages.BodyHash]
  ) async throws(UnitOfWorkError) -> [FatalMessages.BodyHash: FatalMessages.Deaths] {
    await fixture.ledger.wait()
    return fixture.deaths.withLock { deaths in deaths.filter { messages.contains($0.key) } }
  }
}

private struct FakeQueryProbe: QueryProbe {
  let note: @Sendable (QueryObservation) -> Void

  func observe(_ observation: QueryObservation) { note(observation) }
}
