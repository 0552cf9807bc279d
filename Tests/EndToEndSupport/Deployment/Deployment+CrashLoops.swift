import PostgresClient
import TestSupport

/// Workers that a message kills.
extension Deployment {
  /// Four times as many as it takes if each is on record.
  private static let mostDeaths = 12

  /// Starts one worker after another, until one survives because the message that killed the others is a dead letter.
  ///
  /// That takes three deaths that are on record. But a witness that can't record a death within five seconds leaves it
  /// out, so on a busy machine more workers may die: of those, the witness has not begun, or says what kept it.
  ///
  /// - Parameter died: called with each worker that has died.
  /// - Returns: the one that survives, and how many have died.
  package func survivor(
    _ environment: [String: String], afterEach died: (WorkerProcess) async throws -> Void = { _ in }
  ) async throws -> (worker: WorkerProcess, deaths: Int) {
    var recorded = 0
    for deaths in 0...Self.mostDeaths {
      let worker = try startWorker(environment)
      try await Patience.poll(for: "worker \(worker.pid) dies, or survives") {
        if worker.program.hasEnded { return true }
        return try await hasCrashLoop()
      }
      guard worker.program.hasEnded else { return (worker, deaths) }
      guard case .signal = try await worker.program.exit(), try await !hasCrashLoop() else {
        throw Patience.Exhausted(
          description: "worker \(worker.pid) ended normally, or in spite of the dead letter: \(worker.program.errors)")
      }
      let (before, errors) = (recorded, worker.program.errors)
      recorded = try await recordedDeaths()
      guard recorded == before + 1 || !errors.contains("the worker crashed") || errors.contains("workspace-worker: ")
      else { throw Patience.Exhausted(description: "a death is not on record, without a reason: \(errors)") }
      try await died(worker)
    }
    throw Patience.Exhausted(description: "no worker has survived")
  }

  private func recordedDeaths() async throws -> Int {
    try await database.withConnection {
      try await $0.query("recorded_deaths", "select coalesce(sum(deaths), 0)::bigint as count from fatal_messages")[0]
        .count()
    }
  }

  private func hasCrashLoop() async throws -> Bool { try await letters().contains { $0.reason == "crash_loop" } }
}
