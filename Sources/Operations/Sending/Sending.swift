import Coordination
package import Messaging

/// Publishes commands, and waits for their results where that is wanted.
package struct Sending {
  /// Commands that are handed to the broker in one go.
  private static let chunk = 200

  private let gateway: any SendingGateway
  private let exchange: ShortString
  private let user: ShortString?
  private let rate: Int?
  private let lifetime: Duration?

  /// - Parameters:
  ///   - exchange: where commands are published to.
  ///   - user: who sends them, for an access list.
  ///   - rate: the largest number of commands per second; nil for no limit.
  ///   - lifetime: after so long nobody waits for an answer any more; nil: they are to be carried out whenever that is.
  package init(
    _ gateway: any SendingGateway, to exchange: ShortString, as user: ShortString?, rate: Int?, lifetime: Duration? = nil
  ) {
    self.lifetime = lifetime
    self.gateway = gateway
    self.exchange = exchange
    self.user = user
    self.rate = rate
  }

  /// Sends all commands.
  ///
  /// - Parameter timeout: how long to wait for the next result; nil: results are not waited for.
  /// - Throws: what `commands` throws, when what stands before it is sent; what the broker says.
  package func run(
    _ commands: inout any CommandSource, awaitingResults timeout: Duration?, _ observer: inout some SendingObserver
  ) async throws -> SendSummary {
    let link = try await gateway.open()
    do {
      let summary = try await run(&commands, by: try await link.publisher(), timeout, &observer)
      await link.close()
      return summary
    } catch {
      await link.close()
      throw error
    }
  }

  private func run(
    _ commands: inout any CommandSource, by publisher: any MessagePublisher, _ timeout: Duration?,
    _ observer: inout some SendingObserver
  ) async throws -> SendSummary {
    guard let timeout else { return try await send(&commands, by: publisher, replyTo: nil, &observer) }
    let replies = try await gateway.openReplies()
    do {
      var summary = try await send(&commands, by: publisher, replyTo: replies.name, &observer)
      try await collect(replies, within: timeout, into: &summary, &observer)
      await replies.close()
      return summary
    } catch {
      await replies.close()
      throw error
    }
  }

  private func send(
    _ commands: inout any CommandSource, by publisher: any MessagePublisher, replyTo: ShortString?,
    _ observer: inout some SendingObserver
  ) async throws -> SendSummary {
    var summary = SendSummary()
    let start = ContinuousClock.now
    while true {
      let (messages, problem) = nextChunk(of: &commands, from: summary.sent, replyTo: replyTo)
      if messages.isEmpty, problem == nil { return summary }
      try await publisher.publish(messages)
      summary.sent += messages.count
      observer.sent(summary.sent)
      if let problem { throw problem }
      if let rate { try await Task.sleep(until: start + .seconds(1) * summary.sent / rate, clock: .continuous) }
    }
  }

  /// The commands that go out next, and what stopped the reading of more.
  private func nextChunk(
    of commands: inout any CommandSource, from number: Int, replyTo: ShortString?
  ) -> (messages: [OutboundMessage], problem: (any Error)?) {
    // A tenth of a second's worth, so that a low rate is even.
    let size = rate.map { min(Self.chunk, max(1, $0 / 10)) } ?? Self.chunk
    var messages: [OutboundMessage] = []
    do {
      while messages.count < size, let command = try commands.next() {
        messages.append(
          command.message(
            to: exchange, replyTo: replyTo, correlationID: replyTo == nil ? nil : "\(number + messages.count)", as: user,
            lifetime: lifetime))
      }
      return (messages, nil)
    } catch {
      return (messages, error)
    }
  }

  /// Takes results until each command has one. A second result for a command, after a crash, is not counted.
  private func collect(
    _ replies: any ReplyQueue, within timeout: Duration, into summary: inout SendSummary,
    _ observer: inout some SendingObserver
  ) async throws {
    var answered: Set<ShortString> = []
    while answered.count < summary.sent, let deliveries = try await replies.next(within: timeout) {
      for delivery in deliveries {
        guard let correlationID = delivery.properties.correlationID, answered.insert(correlationID).inserted else {
          continue
        }
        summary.count(delivery)
        try observer.received(delivery.body, answered.count)
      }
    }
    summary.unanswered = summary.sent - answered.count
  }
}
