import ArgumentParser
import Coordination
import Logging
import Migrations
import Observability
import PostgresClient
import PostgresStore
import Settings

struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Migrates the database schema up and down.", subcommands: [Up.self, Down.self, Status.self])

  struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Applies all pending migrations.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      try await Migrate.withMigrator(options) { migrator in
        let applied = try await migrator.up().map(\.fileName)
        try output.print(
          ["applied": applied],
          text: applied.isEmpty
            ? "nothing to do: all migrations are applied" : applied.map { "applied \($0)" }.joined(separator: "\n"))
      }
    }
  }

  struct Down: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Reverts migrations, including the data in their tables.",
      discussion: """
        If data would be destroyed, it says how many rows of which table, and proceeds only with --yes; otherwise \
        nothing is changed, and the exit code is 2. It refuses while a worker is active, and keeps workers from \
        becoming active.
        """)

    @Option(help: "Migrations up to this one stay applied, 0 for none. Default: only the last one is reverted.")
    var to: Int?
    @Flag(help: "Destroy the data. Only a backup can bring it back.")
    var yes = false
    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      if let to, to < 0 { throw ValidationError("--to takes the number of a migration, or 0 for none.") }
    }

    func run() async throws {
      try await Migrate.withMigrator(options) { migrator in
        do {
          var losses: [DataLoss] = []
          let reverted = try await migrator.down(to: to) { found in
            losses = found
            return yes
          }
          let report = ReversalReport(reverted, losses)
          try output.print(report)
        } catch MigrationError.wouldDestroy(let losses) {
          if output.format == .json { try output.print(ReversalReport(refusedBecauseOf: losses)) }
          StandardError.write(
            "workspace-worker: \(MigrationError.wouldDestroy(losses))\nback up first, then use --yes\n")
          throw ExitCode.no
        }
      }
    }
  }

  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows the state of each migration. Exits 0 if all are applied, 2 if some are pending.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      try await Migrate.withMigrator(options) { migrator in
        let report = MigrationReport(try await migrator.status())
        try output.print(report)
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
      try await connection.use { try await body(Migrator(connection: $0, logger: logger)) }
    }
  }
}
