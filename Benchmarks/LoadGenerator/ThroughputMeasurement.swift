/// Commands per second on a queue filled before the worker starts, compared with the yardstick in batches of 256.
struct ThroughputMeasurement {
  let laboratory: Laboratory
  let commands: Int
  let pairs: Int
  /// Workspaces stored before the runs.
  var stored = 0

  private var part: String { stored == 0 ? "throughput" : "stored" }

  func run() async throws -> [Figure] {
    try await laboratory.reset(workspaces: stored)
    var yardstick: [Double] = []
    var alike: [Double] = []
    var worker: [Double] = []
    var cores: [Double] = []
    var processorSeconds: [Double] = []
    for pair in 1...pairs {
      yardstick.append(try Yardstick(laboratory).perSecond(commands, batch: 256))
      if stored == 0 {
        alike.append(try Yardstick(laboratory).perSecondAlike(commands, batch: 256))
        try await laboratory.reset()
      } else {
        try await laboratory.purge()
      }
      let run = try await WorkerRun(laboratory: laboratory, commands: commands, number: stored + pair).measure()
      worker.append(run.perSecond)
      cores.append(run.processorSeconds / run.seconds)
      processorSeconds.append(run.processorSeconds / Double(commands) * 10_000)
      note(
        "\(part) \(pair): yardstick \(yardstick[pair - 1].rounded()), "
          + (alike.last.map { "with data like the worker's \($0.rounded()), " } ?? "")
          + "worker \(worker[pair - 1].rounded()) per second")
    }
    let name = stored == 0 ? "throughput" : "throughput with \(stored) workspaces stored"
    let figures = [Figure(name, key: part, unit: "commands/s", runs: worker, yardstick: yardstick)]
    guard stored == 0 else { return figures }
    return figures + [
      Figure(
        "the same, to the yardstick with data like the worker's", key: "throughput_alike", unit: "commands/s",
        runs: worker,
        yardstick: alike),
      Figure("processor at full speed", key: "cores", unit: "cores", runs: cores),
      Figure("processor time for 10,000 commands", key: "cpu_seconds_per_10000", unit: "s", runs: processorSeconds),
    ]
  }
}
