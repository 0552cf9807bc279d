import ArgumentParser
import Logging
import Operations
import PostgresStore
import RabbitMQBroker
import Settings
import SpiceDBAuthorization
import WorkspaceApplication

struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Checks everything a worker needs, one line each, with remedies. Changes nothing; sends a probe message, and "
      + "uses a queue of its own for a minute.",
    discussion:
      "Exits 0 if there is no problem (warnings don't count), 1 if there is one, 78 if the configuration is invalid."
  )

  /// An option, because the broker does not report its timeout over AMQP.
  @Option(help: "The broker's consumer_timeout, if it is not RabbitMQ's default of 30m.")
  var consumerTimeout = ConsumerTimeout.standard
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await FailureReport.reporting {
      let report = DoctorReport(await findings())
      try output.print(report)
      // With a wrong configuration nothing else can be examined.
      if report.hasWrongConfiguration { throw ExitCode.configuration }
      if report.status == .problem { throw ExitCode.failure }
    }
  }

  /// The examination of SpiceDB; nil if none is configured.
  private func replica(_ configuration: WorkerConfiguration, _ servers: Servers, _ logger: Logger)
    -> ReplicaExamination?
  {
    servers.spicedb.map { spicedb in
      let (rules, decides) = (configuration.authorization.rules, configuration.authorization.provider == .spicedb)
      let audit = ConnectingAudit(
        spicedb: spicedb, postgres: servers.postgres, opensRoot: rules.opensRoot, logger: logger)
      return ReplicaExamination(
        SpiceDBExamination(spicedb, logger: logger), lag: PostgresReplicationLag(servers.postgres, logger: logger),
        audit: decides && rules.isEnforced ? audit : nil)
    }
  }

  /// The examination of the server for queries; nil if the database that is examined anyway answers them.
  private func reading(_ configuration: WorkerConfiguration, _ servers: Servers, _ logger: Logger)
    -> ReadingExamination?
  {
    guard configuration.postgres.readURL != nil else { return nil }
    let reading = servers.reading.forQueriesOfStandby(timeout: configuration.queries.timeout)
    return ReadingExamination(PostgresReadExamination(reading, logger: logger))
  }

  private func findings() async -> [Finding] {
    let configuration: WorkerConfiguration
    let servers: Servers
    do {
      configuration = try await options.load()
      servers = try Servers(configuration).forOneCommand
    } catch let error as ConfigurationProblems {
      return error.problems.map {
        .problem("configuration", $0, remedy: "correct it: config/worker.yaml explains each setting")
      }
    } catch {
      return [.problem("configuration", "\(error)", remedy: "correct it: config/worker.yaml explains each setting")]
    }
    // What servers report is in the findings.
    let logger = Logger(label: "doctor") { _ in SwiftLogNoOpLogHandler() }
    let resolver = NameResolution()
    async let broker = BrokerExamination(
      RabbitMQExamination(servers.amqp, names: servers.topologyNames, forms: configuration.publishing),
      resolver: resolver
    ).findings()
    async let database = DatabaseExamination(
      PostgresExamination(servers.postgres, deadQueue: servers.deadQueueKey, logger: logger), resolver: resolver
    ).findings()
    async let reading = self.reading(configuration, servers, logger)?.findings() ?? []
    async let replica = self.replica(configuration, servers, logger)?.findings() ?? []
    return ConfigurationExamination(configuration, consumerTimeout: consumerTimeout.duration).findings()
      + (await broker) + (await database) + (await reading) + (await replica)
  }
}
