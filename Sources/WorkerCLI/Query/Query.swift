import ArgumentParser
import MessageContract
import Messaging
import Observability
import Operations
import RabbitMQBroker
import Settings
import StrictJSON
import WorkspaceDomain

struct Query: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Sends a query, served independently of commands, and prints the answer.",
    discussion: """
      The answer is one line of JSON, in both formats. Its sequence is that of the tenant's state it shows, at least \
      --min-sequence if given. Exits 2 if the query was rejected, 1 if it failed, 69 if there was no answer in time.
      """)

  @Argument(help: "The query's type, such as workspace.get.")
  var type: String
  @Option(help: "The tenant's id, a ULID.")
  var tenant: String
  @Option(help: "The acting user.")
  var user: String?
  @Option(help: "The payload, a JSON object.")
  var data = "{}"
  @Option(help: "The minimum sequence of the tenant that the answer must show.")
  var minSequence: String?
  @Option(help: "Who asks, a URI reference.")
  var source = "/workspace-worker/query"
  @Option(help: "How many seconds to wait for the answer.")
  var timeout = 8
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard TenantID(tenant) != nil else { throw ValidationError("--tenant takes a ULID.") }
    guard case .object = try? JSONReader.read(Array(data.utf8)) else {
      throw ValidationError("--data takes a JSON object.")
    }
    guard (1...300).contains(timeout) else { throw ValidationError("--timeout takes a number from 1 to 300.") }
  }

  func run() async throws {
    try await FailureReport.reporting {
      let configuration = try await options.load()
      _ = LogSetup.start(configuration.log)
      let query = OutgoingCommand(
        type: type, tenant: tenant, user: user, data: data, id: nil, source: source, minimumSequence: minSequence)
      let check = CommandCheck(queries: QueryDecoder(limits: configuration.contractLimits))
      if let problem = check.problem(of: query) {
        throw ValidationError("The query can only become a dead letter (\(problem)). It was not sent.")
      }
      let servers = try Servers(configuration).forOneCommand
      let sending = Sending(
        BrokerSendingGateway(servers.amqp), to: servers.topologyNames.queriesExchange, as: servers.senderUser,
        rate: nil,
        lifetime: .seconds(timeout))
      var queries: any CommandSource = OneLine(query)
      var progress = SendingProgress(total: 1, printsResults: true)
      defer { progress.finish() }
      try report(try await sending.run(&queries, awaitingResults: .seconds(timeout), &progress))
    }
  }

  private func report(_ summary: SendSummary) throws {
    if summary.unanswered > 0 {
      StandardError.write(
        "workspace-worker: no answer within \(timeout) s: is a worker running and answering queries (see /readyz)?\n"
      )
      throw ExitCode.unavailable
    }
    if summary.count(ending: ".failed") > 0 { throw ExitCode.failure }
    if summary.count(ending: ".rejected") > 0 { throw ExitCode.no }
  }
}
