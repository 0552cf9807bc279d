import ArgumentParser
import Coordination
import MessageContract
import Messaging
import Observability
import RabbitMQBroker
import RabbitMQClient
import Settings
import StrictJSON

struct Listen: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints results or events as they are published, one JSON object per line.",
    discussion: """
      Uses its own queue: nobody else misses anything. Where publishing.results or publishing.events is batch, as for \
      the worker, it receives batches and prints the messages in them. Exits 2 if nothing arrived in time.
      """)

  enum Stream: String, ExpressibleByArgument, CaseIterable {
    case results, events
    case deadLetters = "dead-letters"
  }

  @Argument(help: "What to listen to: \(Stream.allCases.map(\.rawValue).joined(separator: ", ")).")
  var stream: Stream
  @Option(help: "Only messages whose routing key matches: * is one word, # any number.")
  var pattern = "#"
  @Option(help: "Stop after this many messages. Default: never.")
  var count: Int?
  @Option(help: "Stop after this many seconds without a message. Default: never.")
  var timeout: Int?
  @OptionGroup var options: ConfigurationOptions
  /// Messages are JSON in both formats.
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard ShortString(pattern) != nil else { throw ValidationError("--pattern takes at most 255 bytes.") }
    if let count, count < 1 { throw ValidationError("--count takes a number of at least 1.") }
    if let timeout, timeout < 1 { throw ValidationError("--timeout takes a number of at least 1.") }
  }

  func run() async throws {
    try await FailureReport.reporting {
      let configuration = try await options.load()
      _ = LogSetup.start(configuration.log)
      let servers = try Servers(configuration).forOneCommand
      let queue = try await TemporaryQueue.open(
        servers.amqp, exchange: try exchange(servers.topologyNames, configuration.publishing),
        pattern: ShortString(pattern) ?? "#")
      StandardError.write("workspace-worker: listening to \(stream.rawValue)\n")
      try await queue.use(printMessages)
    }
  }

  private func exchange(_ names: BrokerNames, _ forms: PublishingForms) throws -> ShortString {
    let (exchange, form): (ShortString, PublishingForms.Form) =
      switch stream {
      case .results: (names.results(forms), forms.results)
      case .events: (names.events(forms), forms.events)
      case .deadLetters: (names.deadLettersExchange, .single)
      }
    guard form.hasSingles || pattern == "#" else {
      throw ValidationError("--pattern is for single messages; publishing.\(stream.rawValue) is batch.")
    }
    return exchange
  }

  private func printMessages(of queue: TemporaryQueue) async throws {
    var printed = 0
    while printed < count ?? .max {
      // Two years stand for "never".
      guard let deliveries = try await queue.next(within: .seconds(timeout ?? 63_072_000)) else { throw ExitCode.no }
      for body in deliveries.flatMap(\.contents).prefix((count ?? .max) - printed) {
        try StandardOutput.print(MessageLine(body).text)
        printed += 1
      }
    }
  }
}

extension Delivery {
  /// The body, or the elements of a batch.
  fileprivate var contents: [[UInt8]] {
    guard properties.contentType == CloudEventsType.batch,
      let elements = try? JSONArraySplitter.split(body, limit: body.count)
    else { return [body] }
    return elements.map { Array(body[$0]) }
  }
}
