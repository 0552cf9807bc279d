/// The worker's peak memory while it processes a backlog.
struct MemoryMeasurement {
  let laboratory: Laboratory
  let backlog: Int

  func run() async throws -> [Figure] {
    try await laboratory.reset()
    try await laboratory.fill(backlog, run: 3_000)
    let listener = try ResultListener(laboratory, count: backlog)
    let worker = try laboratory.worker.start(["serve"])
    defer { worker.stop() }
    try listener.waitForFirst()
    _ = try listener.waitForLast()
    let peak = try worker.peakMebibytes
    return [Figure("peak memory, backlog of \(backlog)", key: "peak_rss", unit: "MiB", runs: [peak])]
  }
}
