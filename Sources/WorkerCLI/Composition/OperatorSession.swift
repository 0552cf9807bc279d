import Coordination
import MessageContract
import Messaging
import Operations
import PostgresClient
import PostgresStore
import RabbitMQBroker
import Settings
import UnitOfWork
import WorkerRuntime
import WorkspaceApplication
import WorkspaceDomain

/// What operators' commands work with: the configured database, and the broker if a command needs it.
struct OperatorSession {
  let configuration: WorkerConfiguration
  let servers: Servers
  private let clock = SystemWallClock()
  private let connection: PostgresConnection

  /// Runs `body` on a connection of its own, to a database that has all migrations; errors are reported.
  static func run(_ options: ConfigurationOptions, _ body: (OperatorSession) async throws -> Void) async throws {
    try await FailureReport.reporting {
      let configuration = try await options.load()
      let logger = LogSetup.start(configuration.log)
      let servers = try Servers(configuration).forOneCommand
      try await PostgresConnection.connect(servers.postgres, logger: logger).use { connection in
        _ = try await Migrator(connection: connection, logger: logger).verify()
        try await body(OperatorSession(configuration: configuration, servers: servers, connection: connection))
      }
    }
  }

  private init(configuration: WorkerConfiguration, servers: Servers, connection: PostgresConnection) {
    self.configuration = configuration
    self.servers = servers
    self.connection = connection
  }

  var now: Timestamp { clock.now() }
  var decoder: CommandDecoder { CommandDecoder(limits: configuration.contractLimits) }
  var replayWindow: ReplayWindow {
    ReplayWindow(configuration.inbox.replayWindow, retention: configuration.inbox.retention)
  }

  var deadLetters: any DeadLetterLedger { PostgresDeadLetters(connection: connection) }
  var replayStore: any ReplayStore { PostgresReplays(connection: connection) }
  var parkedCommands: any ParkedCommandLedger {
    PostgresParkedCommands(connection: connection, queue: servers.queueKey)
  }

  var replays: Replays {
    Replays(
      store: replayStore, gateway: BrokerReplayGateway(servers.amqp, names: servers.topologyNames),
      addressing: ReplayAddressing(
        exchange: servers.topologyNames.commandsExchange, user: servers.senderUser, decoder: decoder),
      clock: clock, identifiers: MonotonicIdentifiers())
  }

  /// Explains a decision by the rules of this configuration, by which its worker decides commands.
  func explanation(of question: AccessQuestion) async throws -> AccessExplanation {
    let store = PostgresUnitOfWorkStore(connection: connection, queue: servers.queueKey)
    return try await AccessInquiry(question, rules: configuration.rules.access).explanation(from: store)
  }

  var prediction: ReplayPrediction {
    ReplayPrediction(
      ledger: deadLetters, store: PostgresUnitOfWorkStore(connection: connection, queue: servers.queueKey),
      decoder: decoder)
  }
}
