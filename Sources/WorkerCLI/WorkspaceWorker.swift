package import ArgumentParser

/// The command line.
package struct WorkspaceWorker: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "workspace-worker",
    abstract: "Runs workspace commands from RabbitMQ against PostgreSQL, exactly once.",
    discussion: """
      Exit codes: 0 done; 1 failed; 2 the answer is no (rejected, changes planned, pending, not found); 3 incompatible; \
      64 usage; 69 broker, database or SpiceDB unavailable, or a query unanswered; 78 configuration.
      """,
    version: WorkerVersion.current,
    subcommands: [
      Serve.self, Migrate.self, TopologyCommand.self, Send.self, Query.self, Listen.self, Parked.self,
      DeadLettersCommand.self,
      AuthorizationCommand.self, ConfigCommand.self, Doctor.self, SchemaCommand.self, Witness.self,
    ])

  package init() {}
}

/// The program's version.
enum WorkerVersion {
  static let current = "0.1.0"
}
