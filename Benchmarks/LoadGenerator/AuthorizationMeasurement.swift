/// The cost of authorization: the worker's throughput with permissions enforced, compared with its throughput without.
struct AuthorizationMeasurement {
  let laboratory: Laboratory
  let commands: Int
  let pairs: Int

  func run() async throws -> [Figure] {
    [
      try await compare(.direct, "enforced, editor of the parent, to not enforced", "enforced"),
      try await compare(.deep, "enforced, on level 32 with 50 groups, to not enforced", "enforced_deep"),
    ]
  }

  private func compare(_ grounds: Grounds, _ name: String, _ key: String) async throws -> Figure {
    try await laboratory.reset(grounds)
    var enforced: [Double] = []
    var free: [Double] = []
    for pair in 1...pairs {
      // They take turns going first, because the table grows from run to run.
      for isEnforced in pair.isMultiple(of: 2) ? [true, false] : [false, true] {
        try await laboratory.purge()
        let run = WorkerRun(
          laboratory: laboratory, commands: commands, number: pair * 2 + (isEnforced ? 1 : 0), parents: grounds.parents,
          environment: ["AUTHORIZATION_ENFORCE": "\(isEnforced)"])
        let perSecond = try await run.measure().perSecond
        if isEnforced { enforced.append(perSecond) } else { free.append(perSecond) }
      }
      note("\(key) \(pair): \(enforced[pair - 1].rounded()), not enforced \(free[pair - 1].rounded()) per second")
    }
    return Figure(name, key: key, unit: "commands/s", runs: enforced, yardstick: free)
  }
}
