/// The processor time of an idle worker.
struct IdleMeasurement {
  let laboratory: Laboratory
  let seconds: Int

  func run() async throws -> [Figure] {
    try await laboratory.reset()
    let worker = try laboratory.worker.start(["serve"])
    defer { worker.stop() }
    // An answer shows that the worker is up; the next seconds let it sweep the outbox and settle.
    try await laboratory.answerOne(run: 4_000)
    try await Task.sleep(for: .seconds(3))
    let spent = try worker.processorSeconds
    try await Task.sleep(for: .seconds(seconds))
    let share = (try worker.processorSeconds - spent) / Double(seconds)
    return [Figure("processor when idle", key: "idle_cpu", unit: "%", runs: [share * 100])]
  }
}
