import ArgumentParser
import Failpoints
import Foundation
import Proof

/// Shows that the worker keeps its promises, or where it doesn't.
@main
struct Prove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prove",
    abstract: "Injects every fault at every failpoint, and checks the outcome of all commands.",
    discussion: """
      With --soak: sends commands for a long time instead, injects random faults, and measures throughput, memory and \
      descriptors. Started by bin/prove, on a stack of its own.
      """)

  @Option(help: "Run only these cells, such as committed:kill,published:confirm-lost.")
  var cells: String?

  @Option(help: "Seed of the random commands, copies and fault timing.")
  var seed: UInt64 = 1

  @Option(help: "How commands, results and events travel: single or batches. Default: both, one after the other.")
  var traffic: Traffic?

  @Option(help: "Authorization provider: postgres or spicedb (a test double of it).")
  var provider = Provider.postgres

  @Option(help: "Number of different commands in a cell.")
  var commands = 500

  @Flag(help: "Soak test instead: one long run.")
  var soak = false

  @Option(help: "Soak only: duration in minutes.")
  var minutes = 20

  @Option(help: "Soak only: commands per second.")
  var rate = 2000

  @Option(help: "Soak only: inject only these faults, such as broker-kill,worker-stop.")
  var faults: String?

  func validate() throws {
    _ = try chosen()
    _ = try chosenFaults()
    guard soak || Failpoint.areCompiledIn else { throw ValidationError("a release build has no failpoints") }
    guard (1...1440).contains(minutes) else { throw ValidationError("minutes: 1 to 1440") }
    guard (50...50_000).contains(rate) else { throw ValidationError("rate: 50 to 50000") }
    guard (50...100_000).contains(commands) else { throw ValidationError("commands: 50 to 100000") }
  }

  func run() async throws {
    if soak { try await runSoak() } else { try await runMatrix() }
  }

  private func runSoak() async throws {
    var settings = SoakSettings()
    settings.seed = seed
    settings.duration = .seconds(minutes * 60)
    settings.rate = rate
    settings.faults = try chosenFaults()
    let report = try await SoakRun.report(settings) { Self.say($0) }
    print(report)
    let failed = report.violations.isEmpty ? 0 : 1
    print("\(1 - failed) passed, \(failed) failed")
    if failed > 0 { throw ExitCode.failure }
  }

  private func runMatrix() async throws {
    var settings = CellSettings()
    settings.seed = seed
    settings.commands = commands
    settings.provider = provider
    var (all, failed) = (0, 0)
    for traffic in traffic.map({ [$0] }) ?? Traffic.allCases {
      settings.traffic = traffic
      Self.say("\(traffic.rawValue):")
      let results = await Matrix(try chosen(), settings).run { Self.say($0.summary) }
      print("\(traffic.rawValue):\n\n\(MatrixTable(results))\n")
      all += results.count
      failed += results.count { !$0.isKept }
    }
    print("\(all - failed) passed, \(failed) failed")
    if failed > 0 { throw ExitCode.failure }
  }

  private func chosen() throws -> [Cell] {
    guard let cells else { return Cell.all }
    return try cells.split(separator: ",").map { text in
      guard let cell = Cell(String(text)) else {
        throw ValidationError(
          "no cell is named '\(text)'; failpoints: \(Failpoint.ofCommands.map(\.rawValue).joined(separator: ", ")); faults: \(Fault.allCases.map(\.rawValue).joined(separator: ", "))"
        )
      }
      return cell
    }
  }

  private func chosenFaults() throws -> [SoakFault] {
    guard let faults else { return SoakFault.allCases }
    return try faults.split(separator: ",").map { name in
      guard let fault = SoakFault(rawValue: String(name)) else {
        throw ValidationError(
          "no fault is named '\(name)'; the faults are \(SoakFault.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      return fault
    }
  }

  /// Progress, to standard error.
  private static func say(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
}

extension Traffic: ExpressibleByArgument {}
extension Provider: ExpressibleByArgument {}
