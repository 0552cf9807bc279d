/// Commands per second with 100 commands per message and with results and events in batches, compared with the
/// yardstick's single messages in transactions of 256.
struct BatchMeasurement {
  private static let size = 100

  let laboratory: Laboratory
  let commands: Int
  let pairs: Int

  func run() async throws -> [Figure] {
    var yardstick: [Double] = []
    var worker: [Double] = []
    var processorSeconds: [Double] = []
    for pair in 1...pairs {
      yardstick.append(try Yardstick(laboratory).perSecond(commands, batch: 256))
      try await laboratory.reset()
      let run = try await WorkerRun(laboratory: laboratory, commands: commands, number: pair, batch: Self.size)
        .measure()
      worker.append(run.perSecond)
      processorSeconds.append(run.processorSeconds / Double(commands) * 10_000)
      note(
        "batches \(pair): yardstick \(yardstick[pair - 1].rounded()), worker \(worker[pair - 1].rounded()) per second")
    }
    return [
      Figure(
        "batches of \(Self.size) in, batches out", key: "batches", unit: "commands/s", runs: worker,
        yardstick: yardstick),
      Figure(
        "processor time for 10,000 commands in batches", key: "batches_cpu_seconds_per_10000", unit: "s",
        runs: processorSeconds),
    ]
  }
}
