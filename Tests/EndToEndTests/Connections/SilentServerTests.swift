import EndToEndSupport
import TestSupport
import Testing

/// Servers that exist but say nothing.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct SilentServerTests {
  enum Silence: CaseIterable {
    /// The process hangs, its kernel continues.
    case frozen
    /// The network is gone.
    case blackHole
  }

  @Test(arguments: ProxiedServers.Server.allCases, Silence.allCases)
  func `a server that falls silent under load is noticed in time, and work resumes when it is back`(
    server: ProxiedServers.Server, silence: Silence
  ) async throws {
    let deployment = try Deployment.current
    let servers = try ProxiedServers(deployment)
    let stream = try await ObservedStream.open(deployment, count: 300)
    let worker = try await deployment.activeWorker(servers.environment)
    try await stream.send(0..<150)
    try await stream.answers(20)
    try await expectNotice(of: silence, server, servers, worker)
    try await stream.send(150..<300)
    servers[server].thaw()
    try await worker.becomesReady()
    try await stream.expectOneEffectEach(worker)
  }

  @Test(arguments: ProxiedServers.Server.allCases)
  func `a server that falls silent while the worker is idle is noticed in time`(server: ProxiedServers.Server)
    async throws
  {
    let deployment = try Deployment.current
    let servers = try ProxiedServers(deployment)
    let worker = try await deployment.activeWorker(servers.environment)
    try await worker.becomesReady()
    try await expectNotice(of: .frozen, server, servers, worker)
    servers[server].thaw()
    try await worker.becomesReady()
    #expect(try await worker.drain() == .code(0))
  }

  /// The limits are five seconds; the rest is slack for a machine busy with other tests. Only after two minutes would a
  /// black hole show itself without them: see ``FaultProxy/dropPackets()``.
  private func expectNotice(
    of silence: Silence, _ server: ProxiedServers.Server, _ servers: ProxiedServers, _ worker: WorkerProcess
  ) async throws {
    switch silence {
    case .frozen: servers[server].freeze()
    case .blackHole: servers[server].dropPackets()
    }
    try await worker.misses(server == .broker ? "broker" : "PostgreSQL", within: .seconds(90))
    // Not only a limit that happens to pass.
    if server == .broker, silence == .frozen { try await worker.program.says("missed two heartbeats") }
    #expect(try await worker.health("livez").status == 200)
  }
}
