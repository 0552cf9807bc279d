import ArgumentParser
import CrashWitness
import Glibc
import Logging
import Messaging
import Observability
import PostgresStore
import RabbitMQClient
import ServiceLifecycle
import Settings
import WorkerRuntime
import WorkspaceDomain

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs the worker until SIGTERM or SIGINT, then drains. A second signal ends it immediately.")

  @Flag(help: "Exit at the first failure instead of reconnecting forever.")
  var failFast = false
  @OptionGroup var options: ConfigurationOptions

  func run() async throws {
    try await FailureReport.reporting {
      let configuration = try await options.load()
      let servers = try Servers(configuration)
      let sampling = LogSampling(burst: configuration.log.burst)
      let logger = LogSetup.start(configuration.log, sampling: sampling)
      let process = ULID.random(at: SystemWallClock().now())
      try DescriptorLimit.require(DescriptorLimit.needed(poolSize: configuration.queries.poolSize))
      try CrashWitness.install(
        arguments: Witness.arguments(process: process, options), patience: Witness.patience + .seconds(1))
      try CrashWitness.limitMemory(to: configuration.worker.memoryLimit)
      let status = WorkerStatus(freshness: configuration.postgres.keepAliveInterval * 3)
      let queries = QueryStatus()
      let services = WorkerServices(
        configuration: configuration, servers: servers, status: status, queryStatus: queries,
        patience: ResponsePatience(servers.postgres),
        telemetry: Telemetry(configuration, status, queries, sampling: sampling, logger: logger), failsFast: failFast,
        process: process, logger: logger)
      announce(configuration, servers, logger)
      let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(services: try services.all(), logger: logger)
          .bounded(drainTimeout: configuration.worker.drainTimeout))
      do {
        try await TerminationSignals.handling {
          await group.triggerGracefulShutdown()
        } exit: { signal in
          StandardError.write("workspace-worker: a second \(signal): exiting immediately\n")
          _exit(130)
        } while: {
          try await group.run()
        }
      } catch is CancellationError {
        // Only the drain's deadline cancels; what it has cut short is reported below.
      }
      guard status.phase == .stopped else {
        throw DrainCutShort(
          left: status.leftBehind,
          reason: "worker.drain_timeout (\(configuration.worker.drainTimeout.settingText)) expired")
      }
    }
  }

  private func announce(_ configuration: WorkerConfiguration, _ servers: Servers, _ logger: Logger) {
    logger.info(
      "workspace-worker is starting",
      metadata: [
        "version": "\(WorkerVersion.current)", "broker": "\(servers.amqp.endpoint)",
        "virtual_host": "\(servers.amqp.virtualHost)", "queue": "\(configuration.amqp.names.commandsQueue.text ?? "")",
        "database": "\(servers.postgres)",
      ])
  }
}

extension ServiceGroupConfiguration {
  /// Cancels the services that still run at the drain's deadline. Nothing is lost: unacknowledged messages are
  /// redelivered, and unpublished messages are in the outbox.
  fileprivate func bounded(drainTimeout: Duration) -> ServiceGroupConfiguration {
    var configuration = self
    configuration.maximumGracefulShutdownDuration = drainTimeout
    configuration.maximumCancellationDuration = .seconds(10)
    return configuration
  }
}
