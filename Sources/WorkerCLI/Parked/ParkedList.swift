import ArgumentParser
import Operations
import UnitOfWork
import WorkspaceDomain

struct ParkedList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the lines of parked commands, or the commands in a tenant's line.")

  @Option(help: "List the commands in this tenant's line.")
  var tenant: ULID?
  @Option(help: "The maximum number of rows, 1-1000.")
  var limit = 50
  @Option(help: "Continue after this one, the last of the previous page: a tenant; with --tenant a command's number.")
  var after: String?
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...1000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 1000.") }
    guard let after else { return }
    guard tenant == nil ? ULID(after) != nil : Int64(after) != nil else {
      throw ValidationError("--after takes a tenant; with --tenant, the number of a command.")
    }
  }

  func run() async throws {
    try await OperatorSession.run(options) { session in
      let ledger = session.parkedCommands
      if let tenant {
        let after = after.flatMap { Int64($0) }.map(ParkedID.init)
        let page = try await Page.read(limit: limit) {
          try await ledger.line(of: TenantID(tenant), after: after, limit: $0)
        }
        try output.print(ParkedCommandListReport(page))
      } else {
        let after = after.flatMap { ULID($0) }.map(TenantID.init)
        let page = try await Page.read(limit: limit) { try await ledger.lines(after: after, limit: $0) }
        try output.print(ParkedLineListReport(page))
      }
    }
  }
}
