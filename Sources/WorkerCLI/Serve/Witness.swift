import ArgumentParser
import CrashWitness
import Crypto
import FoundationEssentials
import Logging
import PostgresClient
import PostgresStore
import Settings
import WorkspaceDomain

/// Run by a worker when it crashes: records in the database which message the worker was handling. Not for people.
///
/// If the database can't be reached, nothing is recorded: without evidence no command is blamed.
struct Witness: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "witness", abstract: "Records which message a crashing worker was handling.", shouldDisplay: false)

  /// How long recording may take; the end of a crashing worker waits for it.
  static let patience: Duration = .seconds(5)

  /// The command-line arguments that run this command.
  static func arguments(process: ULID, _ options: ConfigurationOptions) -> [String] {
    ["witness", "--process", "\(process)"] + options.arguments
  }

  @Option var process: String
  @OptionGroup var options: ConfigurationOptions
  @Argument var signal: Int
  @Argument var stage: Int32

  func run() async throws {
    try await FailureReport.reporting {
      guard let process = ULID(process) else { throw ValidationError("--process is not a ULID") }
      let configuration = try await options.load()
      let logger = LogSetup.start(configuration.log)
      let stage = InHand.Stage(rawValue: stage)
      let message =
        stage == nil ? nil : Array(SHA256.hash(data: FileManager.default.contents(atPath: "/dev/stdin") ?? Data()))
      logger.critical(
        "the worker crashed",
        metadata: [
          "signal": "\(signal)", "process": "\(process)",
          "message_sha256": "\(message.map { String(hexadecimal: $0[...]) } ?? "none being handled")",
        ])
      let servers = try Servers(configuration)
      var postgres = servers.postgres
      postgres.connectTimeout = min(postgres.connectTimeout, Self.patience / 2)
      postgres.responseTimeout = min(postgres.responseTimeout, Self.patience / 2)
      let connection = try await PostgresConnection.connect(postgres, logger: logger)
      let record = PostgresCrashRecord(connection: connection, queue: servers.queueKey)
      try await record.note(process, signal: signal, message: message, decoded: stage == .running)
      await connection.close()
    }
  }
}
