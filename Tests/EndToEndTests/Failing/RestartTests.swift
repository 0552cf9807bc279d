import EndToEndSupport
import Foundation
import Messaging
import PostgresClient
import TestFixtures
import TestSupport
import Testing

/// Processes and sessions that end soon after their start, again and again, under load, in every way that is no
/// command's fault. The environment variable WORKSPACE_WORKER_RESTARTS sets how often; the default is 10 times.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct RestartTests {
  private enum End: CaseIterable {
    case kill, terminate, killWithSession, loseSession, changeLease
  }

  private static let restarts =
    ProcessInfo.processInfo.environment["WORKSPACE_WORKER_RESTARTS"].flatMap { Int($0) } ?? 10

  @Test(arguments: [1, 2]) func `no way for processes and sessions to end costs a command`(workers: Int) async throws {
    let deployment = try Deployment.current
    var random = SeededRandom(seed: UInt64(workers))
    let stream = CommandStream(tenants: 4, count: Self.restarts * 40)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    var running: [WorkerProcess] = []
    for (round, commands) in stream.commands.chunks(of: 40).enumerated() {
      try await sender.send(commands)
      while running.count < workers { running.append(try deployment.startWorker()) }
      // The victim ends at a random point of its life, so there is no event to wait for.
      try await Task.sleep(for: .milliseconds(Int.random(in: 0...2000, using: &random)))
      let victim = running.indices.randomElement(using: &random) ?? 0
      switch End.allCases.randomElement(using: &random) ?? .kill {
      case .kill: try await running.remove(at: victim).program.crash()
      case .terminate: _ = try await running.remove(at: victim).drain()
      case .killWithSession:
        try await deployment.endSessions()
        try await running.remove(at: victim).program.crash()
      case .loseSession: try await deployment.endSessions()
      case .changeLease:
        let next = try deployment.startWorker()
        try await running.remove(at: victim).program.crash()
        running.append(next)
      }
      if round.isMultiple(of: 5) { #expect(try await deployment.letters().isEmpty, "after \(round) restarts") }
    }
    while running.isEmpty { running.append(try deployment.startWorker()) }
    let all = try await results.collect("all results") {
      $0.answeredCount == stream.commands.count
    }
    try await deployment.outboxIsEmpty()
    for worker in running {
      // A worker that has just started does not handle the signal yet, and would die of it.
      try await worker.becomesReady()
      let exit = try await worker.drain()
      #expect(exit == .code(0), "\(worker.program.errors.suffix(2000))")
    }
    stream.expectResults(all)
    #expect(try await deployment.letters().isEmpty)
    #expect(try await deployment.parked().isEmpty)
    #expect(try await deployment.fatalCount() == 0)
    try await deployment.commandsAreDone()
    await sender.close()
    await results.close()
  }
}

extension Deployment {
  /// Terminates all client sessions of the database except its own, as an administrator would. The role may not end the
  /// server's own processes, such as an autovacuum worker.
  fileprivate func endSessions() async throws {
    try await database.withConnection { connection in
      _ = try await connection.query(
        "end_sessions",
        """
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
        """)
    }
  }
}

extension Array {
  fileprivate func chunks(of size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
