/// The most memory that the worker holds while it works off a backlog.
struct MemoryMeasurement {
  let laboratory: Laboratory
  let backlog: Int

  func run() async throws -> [Figure] {
    try await laboratory.reset()
    try await laboratory.fill(backlog, run: 3_000)
    let results = try await ResultSubscription.open(laboratory.servers, isBound: true)
    let worker = try laboratory.worker.start(["serve"])
    defer { worker.stop() }
    var count = 0
    while count < backlog { count += try await results.next().count }
    let peak = try worker.peakMebibytes
    await results.close()
    return [Figure("peak memory, backlog of \(backlog)", key: "peak_rss", unit: "MiB", runs: [peak])]
  }
}
