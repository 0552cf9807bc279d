import ArgumentParser
import MessageContract
import Messaging
import Observability
import Operations
import RabbitMQBroker
import Settings
import StrictJSON
import WorkspaceDomain

struct Send: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Publishes commands, each with a confirm from the broker.",
    discussion: """
      One command: send TYPE --tenant T. Many: send --file F, a file of JSON Lines with one CloudEvent each ('-' for \
      standard input). With --wait the results are printed as JSON Lines on standard output; the exit code is 1 if a \
      command failed or got no result in time, else 2 if one was rejected. A certain dead letter is not \
      sent (64), nor is any other line of its file; from standard input, the lines before it are sent.
      """)

  @Argument(help: "The command's type, such as workspace.create.")
  var type: String?
  @Option(help: "The tenant's id, a ULID.")
  var tenant: String?
  @Option(help: "The acting user.")
  var user: String?
  @Option(help: "The payload, a JSON object.")
  var data = "{}"
  @Option(help: "The command's id. Default: a new one.")
  var id: String?
  @Option(help: "Who sends the command, a URI reference.")
  var source = "/workspace-worker/send"
  @Option(help: "A file with one command on each line.")
  var file: String?
  @Option(
    help: "How many commands of a file to send per message, at most 1000. Default: one.")
  var batch: Int?
  @Option(help: "The maximum number of commands per second. Default: as fast as the broker accepts them.")
  var rate: Int?
  @Flag(help: "Wait for the results and print them.")
  var wait = false
  @Flag(help: "Also send commands that can only become dead letters.")
  var unchecked = false
  @Option(help: "How many seconds to wait for the next result.")
  var timeout = 30
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if file == nil {
      guard type != nil, tenant != nil else { throw ValidationError("Either TYPE and --tenant or --file is needed.") }
      guard unchecked || tenant.flatMap(TenantID.init) != nil else { throw ValidationError("--tenant takes a ULID.") }
      guard case .object = try? JSONReader.read(Array(data.utf8)) else {
        throw ValidationError("--data takes a JSON object.")
      }
    } else if type != nil || tenant != nil || id != nil || user != nil {
      throw ValidationError("With --file, the commands come from the file alone.")
    }
    if let batch {
      guard file != nil else { throw ValidationError("--batch is for the commands of a --file.") }
      guard (1...1000).contains(batch) else { throw ValidationError("--batch takes a number from 1 to 1000.") }
    }
    if let rate, rate < 1 { throw ValidationError("--rate takes a number of at least 1.") }
    guard timeout >= 1 else { throw ValidationError("--timeout takes a number of at least 1.") }
  }

  func run() async throws {
    try await FailureReport.reporting {
      let configuration = try await options.load()
      _ = LogSetup.start(configuration.log)
      let check = CommandCheck(decoder: unchecked ? nil : CommandDecoder(limits: configuration.contractLimits))
      var commands: any CommandSource =
        if let file { try FileLines(path: file, check: check) } else { OneLine(try checked(command(), check)) }
      let limits = configuration.contractLimits
      if let batch, batch > limits.maximumBatchElements {
        throw ValidationError(
          "--batch \(batch) exceeds limits.batch_elements (\(limits.maximumBatchElements)).")
      }
      let servers = try Servers(configuration).forOneCommand
      let sending = Sending(
        BrokerSendingGateway(servers.amqp), to: servers.topologyNames.commandsExchange, as: servers.senderUser,
        rate: rate, batch: batch.map { (count: $0, bytes: limits.maximumBatchBytes) })
      var progress = SendingProgress(total: commands.count, printsResults: file == nil || output.format == .json)
      defer { progress.finish() }
      try report(
        try await sending.run(&commands, awaitingResults: wait ? .seconds(timeout) : nil, &progress))
    }
  }

  private func checked(_ command: OutgoingCommand, _ check: CommandCheck) throws -> OutgoingCommand {
    guard let problem = check.problem(of: command) else { return command }
    throw ValidationError(
      "The command can only become a dead letter (\(problem)). It was not sent; --unchecked sends it.")
  }

  private func command() -> OutgoingCommand {
    OutgoingCommand(type: type ?? "", tenant: tenant ?? "", user: user, data: data, id: id, source: source)
  }

  private func report(_ summary: SendSummary) throws {
    if file != nil && output.format == .text { try StandardOutput.print(summary.text) }
    if !wait && (file == nil || output.format == .json) { try output.print(summary) }
    guard wait else { return }
    if summary.unanswered > 0 {
      StandardError.write("workspace-worker: \(silence(summary))\n")
      throw ExitCode.failure
    }
    let (rejected, failed) = (summary.count(ending: ".rejected"), summary.count(ending: ".failed"))
    if file != nil, rejected + failed > 0 {
      StandardError.write(
        "workspace-worker: of \(summary.sent) commands, \(rejected) were rejected and \(failed) failed\n")
    }
    if failed > 0 { throw ExitCode.failure }
    if rejected > 0 { throw ExitCode.no }
  }

  /// Describes missing results, with possible causes.
  private func silence(_ summary: SendSummary) -> String {
    let count = summary.sent == 1 ? "the command" : "\(summary.unanswered) of \(summary.sent) commands"
    return
      "no result of \(count) arrived within \(timeout) s. It is in the queue, or has since been executed: is a worker "
      + "active (see its /readyz, and workspace-worker doctor for what it lacks), or is the tenant's line parked (parked list)?"
  }
}
