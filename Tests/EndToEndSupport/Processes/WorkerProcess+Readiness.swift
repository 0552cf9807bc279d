import TestSupport

extension WorkerProcess {
  /// Waits until the worker's health server answers 503 and names `text` as missing.
  package func misses(_ text: String, within limit: Duration = Patience.limit) async throws {
    let event = "worker \(pid) misses \(text); it says \(program.errors.suffix(500))"
    // Around the poll, too: an answer that comes after the limit does not count.
    try await Patience.wait(for: event, limit) {
      try await Patience.poll(for: event, limit) {
        let health = try await health()
        return health.status == 503 && health.body.contains(text)
      }
    }
  }
}
