import ArgumentParser
import DeliveryPipeline
import MessageContract
import WorkerRuntime
import WorkspaceDomain

struct Send: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Publishes commands, each with a confirm of the broker.",
    discussion: """
      One command: send TYPE --tenant T. Many: send --file F, a file of JSON Lines with one CloudEvent each ('-' for \
      standard input). With --wait the results are printed as JSON Lines on standard output; the exit code is 2 when \
      the one command was rejected.
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
  @Option(help: "The largest number of commands per second. Default: as fast as the broker takes them.")
  var rate: Int?
  @Flag(help: "Wait for the results and print them.")
  var wait = false
  @Option(help: "How many seconds to wait for the next result.")
  var timeout = 30
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if file == nil {
      guard type != nil, tenant != nil else { throw ValidationError("Either TYPE and --tenant or --file is needed.") }
      guard tenant.flatMap(TenantID.init) != nil else { throw ValidationError("--tenant takes a ULID.") }
      guard case .object = try? JSONReader.read(Array(data.utf8)) else { throw ValidationError("--data takes a JSON object.") }
    } else if type != nil || tenant != nil || id != nil || user != nil {
      throw ValidationError("With --file the commands come from the file alone.")
    }
    if let rate, rate < 1 { throw ValidationError("--rate takes a number of at least 1.") }
    guard timeout >= 1 else { throw ValidationError("--timeout takes a number of at least 1.") }
  }

  func run() async throws {
    try await FailureReport.reporting {
      let configuration = try await options.load()
      _ = LogSetup.start(configuration.log)
      let commands: any CommandLines =
        if let file { try FileLines(path: file) } else { OneLine(command()) }
      let sending = Sending(
        servers: try Servers(configuration).forOneCommand, rate: rate, waits: wait, timeout: .seconds(timeout),
        printsResults: file == nil || output.format == .json)
      let summary = try await sending.run(commands)
      try report(summary)
    }
  }

  private func command() -> OutgoingCommand {
    let id = id ?? ULID.random().description
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("specversion", "1.0")
      writer.member("id", id)
      writer.member("source", source)
      writer.member("type", type ?? "")
      writer.member("time", SystemWallClock().now().description)
      writer.member("tenantid", tenant ?? "")
      if let user { writer.member("userid", user) }
      writer.member("data", (try? JSONReader.read(Array(data.utf8))) ?? .object(.empty))
    }
    return OutgoingCommand(type: type ?? "", id: id, body: writer.bytes)
  }

  private func report(_ summary: SendSummary) throws {
    if file != nil && output.format == .text { print(summary.text) }
    if !wait && file == nil { try output.print(summary, text: summary.text) }
    guard wait else { return }
    if summary.unanswered > 0 { throw ExitCode.failure }
    if file == nil { try exit(for: summary) }
  }

  /// The exit code of one command is its outcome.
  private func exit(for summary: SendSummary) throws {
    guard let type = summary.results.keys.first else { return }
    if type.hasSuffix(".rejected") { throw ExitCode.no }
    if type.hasSuffix(".failed") { throw ExitCode.failure }
  }
}

extension ULID {
  /// A new id, for a process that makes one.
  static func random() -> ULID {
    var random = SystemRandomNumberGenerator()
    let now = UInt64(SystemWallClock().now().milliseconds)
    return ULID(milliseconds: now, randomness: .init(high: random.next(), low: random.next()))
  }
}
