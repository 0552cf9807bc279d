import Coordination
import Messaging
import MessageContract
import RabbitMQBroker
import RabbitMQClient
import StrictJSON

/// Publishes commands, and waits for their results where that is wanted.
struct Sending {
  /// Commands that are handed to the broker in one go.
  private static let chunk = 200

  let servers: Servers
  /// The largest number of commands per second; nil for no limit.
  let rate: Int?
  let waits: Bool
  /// How long to wait for the next result.
  let timeout: Duration
  let printsResults: Bool

  func run(_ commands: any CommandLines) async throws -> SendSummary {
    try await RabbitMQConnection.open(servers.amqp).use { connection in
      var options = PublisherOptions()
      options.isMandatory = true
      let publisher = try await RabbitMQPublisher.start(on: connection, options: options)
      return waits ? try await sendAndWait(commands, publisher) : try await send(commands, publisher, replyTo: nil)
    }
  }

  private func sendAndWait(_ commands: any CommandLines, _ publisher: RabbitMQPublisher) async throws -> SendSummary {
    try await TemporaryQueue.open(servers.amqp).use { replies in
      var summary = try await send(commands, publisher, replyTo: replies.name)
      try await collect(replies, into: &summary)
      return summary
    }
  }

  private func send(
    _ commands: any CommandLines, _ publisher: RabbitMQPublisher, replyTo: ShortString?
  ) async throws -> SendSummary {
    var commands = commands
    var summary = SendSummary()
    var progress = ProgressBar(label: "sent", total: commands.count)
    let start = ContinuousClock.now
    let showsProgress = commands.count != 1
    while true {
      let (messages, problem) = nextChunk(of: &commands, from: summary.sent, replyTo: replyTo)
      if messages.isEmpty, problem == nil { break }
      try await publisher.publish(messages)
      summary.sent += messages.count
      if showsProgress { progress.show(summary.sent) }
      if let problem { throw problem }
      if let rate { try await Task.sleep(until: start + .seconds(1) * summary.sent / rate, clock: .continuous) }
    }
    if showsProgress { progress.finish() }
    return summary
  }

  /// The commands that go out next, and what stopped the reading of more.
  private func nextChunk(
    of commands: inout any CommandLines, from number: Int, replyTo: ShortString?
  ) -> (messages: [OutboundMessage], problem: (any Error)?) {
    // A tenth of a second's worth, so that a low rate is even.
    let size = rate.map { min(Self.chunk, max(1, $0 / 10)) } ?? Self.chunk
    var messages: [OutboundMessage] = []
    do {
      while messages.count < size, let command = try commands.next() {
        messages.append(
          command.message(
            to: servers.topologyNames.commandsExchange, replyTo: replyTo,
            correlationID: replyTo == nil ? nil : "\(number + messages.count)", as: servers.senderUser))
      }
      return (messages, nil)
    } catch {
      return (messages, error)
    }
  }

  /// Takes results until each command has one. A second result for a command, after a crash, is not counted.
  private func collect(_ replies: TemporaryQueue, into summary: inout SendSummary) async throws {
    var answered: Set<ShortString> = []
    var progress = ProgressBar(label: "results", total: summary.sent)
    while answered.count < summary.sent, let deliveries = try await replies.next(within: timeout) {
      for delivery in deliveries {
        guard let correlationID = delivery.properties.correlationID, answered.insert(correlationID).inserted else { continue }
        summary.count(delivery)
        if printsResults { try StandardOutput.print(MessageLine(delivery.body).text) }
      }
      if summary.sent > 1 { progress.show(answered.count) }
    }
    if summary.sent > 1 { progress.finish() }
    summary.unanswered = summary.sent - answered.count
  }
}

extension SendSummary {
  fileprivate mutating func count(_ result: Delivery) {
    results[result.properties.type?.text ?? "unknown", default: 0] += 1
    guard case .object(let document) = try? JSONReader.read(result.body), case .object(let data) = document["data"],
      case .object(let error) = data["error"], case .string(let code) = error["code"]
    else { return }
    codes[code, default: 0] += 1
  }
}
