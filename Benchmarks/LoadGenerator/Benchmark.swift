import ArgumentParser
import Foundation

/// Measures the worker and the bare C yardstick side by side, against the servers that the environment names.
@main
struct Benchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load-generator",
    abstract: "Measures workspace-worker against the same input and output in bare C.",
    discussion: "Started by bin/benchmark, on its own servers: it empties tables and queues.")

  @Option(help: "The program to measure.") var worker: String
  @Option(help: "The compiled Benchmarks/Yardstick/yardstick.c.") var yardstick: String
  @Option(help: "Interleaved pairs of runs; the median counts.") var pairs = 5
  @Option(help: "Commands per throughput run.") var commands = 40_000
  @Option(help: "Commands per latency run, one at a time.") var turns = 1_000
  @Option(help: "Requests per second in the open loop.") var rate = 300
  @Option(help: "Duration of the open loop, in seconds.") var seconds = 20
  @Option(help: "Commands waiting for the worker when its memory is measured.") var backlog = 100_000
  @Option(help: "Workspaces already stored in the runs with a full table.") var stored = 1_000_000
  @Option(help: "Seconds to watch an idle worker.") var idle = 20
  @Option(help: "What to measure: \(Part.allCases.map(\.rawValue).joined(separator: ", ")).")
  var only: [Part] = []

  enum Part: String, CaseIterable, ExpressibleByArgument {
    case throughput, batches, latency, memory, idle, stored, authorization, pages, queries
  }

  func run() async throws {
    let servers = try ServerAddresses(ProcessInfo.processInfo.environment)
    let laboratory = try await Laboratory.open(servers, worker: worker, yardstick: yardstick)
    var report = Report()
    do {
      for part in only.isEmpty ? Part.allCases : only { try await measure(part, laboratory, &report) }
    } catch {
      await laboratory.close()
      throw error
    }
    await laboratory.close()
    print(report.table)
    print(try report.json)
  }

  private func measure(_ part: Part, _ laboratory: Laboratory, _ report: inout Report) async throws {
    switch part {
    case .throughput:
      let throughput = ThroughputMeasurement(laboratory: laboratory, commands: commands, pairs: pairs)
      report.add(try await throughput.run())
    case .batches:
      report.add(try await BatchMeasurement(laboratory: laboratory, commands: commands, pairs: pairs).run())
    case .latency:
      let latency = LatencyMeasurement(
        laboratory: laboratory, pairs: pairs, turns: turns, rate: rate, seconds: seconds)
      report.add(try await latency.run())
    case .memory: report.add(try await MemoryMeasurement(laboratory: laboratory, backlog: backlog).run())
    case .idle: report.add(try await IdleMeasurement(laboratory: laboratory, seconds: idle).run())
    case .authorization:
      report.add(try await AuthorizationMeasurement(laboratory: laboratory, commands: commands, pairs: pairs).run())
    case .pages:
      report.add(try await PageMeasurement(laboratory: laboratory, stored: stored, turns: max(1, turns / 50)).run())
    case .queries:
      report.add(
        try await QueryMeasurement(
          laboratory: laboratory, count: commands, pairs: pairs, turns: turns, backlog: backlog, stored: stored,
          rate: rate, seconds: seconds
        ).run())
    case .stored:
      let throughput = ThroughputMeasurement(laboratory: laboratory, commands: commands, pairs: pairs, stored: stored)
      report.add(try await throughput.run())
    }
  }
}
