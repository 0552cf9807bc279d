import ArgumentParser
import Operations
import WorkspaceDomain

struct ParkedRelease: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Retries the first command of lines now rather than when it is due.",
    discussion: "Counts as an attempt only if it fails again. Exits 2 if there is no such line.")

  @Argument(help: "The tenants whose lines to retry.")
  var tenants: [ULID] = []
  @Flag(help: "All lines.")
  var all = false
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if tenants.isEmpty != all { throw ValidationError("Name tenants, or use --all.") }
  }

  func run() async throws {
    try await OperatorSession.run(options) { session in
      let count = try await session.parkedCommands.release(all ? nil : tenants.map(TenantID.init))
      try output.print(["released": count], text: "lines due now: \(count)")
      if count == 0 { throw ExitCode.no }
    }
  }
}
