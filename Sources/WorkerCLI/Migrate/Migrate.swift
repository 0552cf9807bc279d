import ArgumentParser
import Logging
import Migrations
import PostgresClient
import PostgresStore

struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Brings the database's schema up and down.", subcommands: [Up.self, Down.self, Status.self])

  struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Applies all migrations that are pending.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      try await Migrate.withMigrator(options) { migrator in
        let applied = try await migrator.up().map(\.fileName)
        try output.print(
          ["applied": applied],
          text: applied.isEmpty ? "nothing to do: all migrations are applied" : applied.map { "applied \($0)" }.joined(separator: "\n"))
      }
    }
  }

  struct Down: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Takes migrations back, with the data that is in their tables.")

    @Option(help: "Migrations up to this one stay applied, 0 for none. Default: the last one alone is taken back.")
    var to: Int?
    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      if let to, to < 0 { throw ValidationError("--to takes the number of a migration, or 0 for none.") }
    }

    func run() async throws {
      try await Migrate.withMigrator(options) { migrator in
        let reverted = try await migrator.down(to: to).map(\.fileName)
        try output.print(
          ["reverted": reverted],
          text: reverted.isEmpty ? "nothing to do" : reverted.map { "took back \($0)" }.joined(separator: "\n"))
      }
    }
  }

  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows where each migration stands. Exits 0 when all are applied, 2 when some are pending.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      try await Migrate.withMigrator(options) { migrator in
        let report = MigrationReport(try await migrator.status())
        try output.print(report, text: report.text)
        if report.hasProblems { throw ExitCode.failure }
        if report.hasPending { throw ExitCode.no }
      }
    }
  }

  /// Runs `body` with a migrator on a connection of its own.
  static func withMigrator(_ options: ConfigurationOptions, _ body: (Migrator) async throws -> Void) async throws {
    try await FailureReport.reporting {
      let configuration = try await options.load()
      let logger = LogSetup.start(configuration.log)
      let connection = try await PostgresConnection.connect(
        try Servers(configuration).forOneCommand.postgres.forMigrations(), logger: logger)
      do {
        try await body(Migrator(connection: connection, logger: logger))
      } catch {
        await connection.close()
        throw error
      }
      await connection.close()
    }
  }
}
