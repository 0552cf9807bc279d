import ArgumentParser
import Coordination
import RabbitMQBroker
import RabbitMQClient
import Settings

struct TopologyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "topology", abstract: "Compares the broker's exchanges and queues with what the worker needs.",
    subcommands: [Plan.self, Apply.self])

  struct Plan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Shows the differences. Exits 0 if there are none, 2 with changes to make, 3 if something is incompatible. "
        + "Changes nothing; sends an empty message to test each binding."
    )

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      try await TopologyCommand.withManager(options) { manager, topology, probe in
        let plan = try await manager.plan(topology).probing(topology, with: probe)
        let report = TopologyReport(plan)
        try output.print(report)
        if plan.isIncompatible { throw ExitCode.incompatible }
        if plan.hasChanges { throw ExitCode.no }
      }
    }
  }

  struct Apply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Creates what is missing, and removes a binding made by earlier versions; nothing else is deleted or changed. "
        + "Exits 3 if something is incompatible, which is left as it is."
    )

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      try await TopologyCommand.withManager(options) { manager, topology, _ in
        let plan = try await manager.apply(topology)
        let report = TopologyReport(plan, isApplied: true)
        try output.print(report)
        if plan.isIncompatible { throw ExitCode.incompatible }
      }
    }
  }

  private static func withManager(
    _ options: ConfigurationOptions, _ body: (TopologyManager, Topology, BindingProbe) async throws -> Void
  ) async throws {
    try await FailureReport.reporting {
      let configuration = try await options.load()
      _ = LogSetup.start(configuration.log)
      let servers = try Servers(configuration).forOneCommand
      try await RabbitMQConnection.open(servers.amqp).use { connection in
        let topology = Topology.standard(servers.topologyNames, broker: await connection.serverProperties)
        try await body(TopologyManager(connection), topology, BindingProbe(servers.amqp))
      }
    }
  }
}
