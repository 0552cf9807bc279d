import ArgumentParser
import Operations
import UnitOfWork
import WorkspaceDomain

struct ParkedDeadLetter: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dead-letter", abstract: "Sends parked commands to the dead letters instead of retrying them.",
    discussion: """
      The worker does so when each command's turn comes, to keep the order of the tenant's results; for the first in a \
      line, that is now. Exits 2 if there is no such command.
      """)

  @Argument(help: "Their numbers, as shown by parked list.")
  var ids: [Int64] = []
  @Option(help: "All commands currently in this tenant's line.")
  var tenant: ULID?
  @Option(help: "Why: kept with the dead letter.")
  var because: String
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if ids.isEmpty == (tenant == nil) { throw ValidationError("Name commands, or a tenant by --tenant.") }
    guard (1...500).contains(because.unicodeScalars.count), !because.unicodeScalars.contains("\0") else {
      throw ValidationError("--because takes 1 to 500 characters.")
    }
  }

  func run() async throws {
    try await OperatorSession.run(options) { session in
      let ledger = session.parkedCommands
      let count =
        if let tenant {
          try await ledger.requestDeadLetters(lineOf: TenantID(tenant), because: because)
        } else {
          try await ledger.requestDeadLetters(ids.map(ParkedID.init), because: because)
        }
      try output.print(["requested": count], text: "\(count) commands go to the dead letters when their turn comes")
      if count == 0 { throw ExitCode.no }
    }
  }
}
