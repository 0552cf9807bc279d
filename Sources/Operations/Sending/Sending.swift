import Coordination
package import Messaging

/// Publishes commands, and waits for their results if requested.
package struct Sending {
  /// The number of commands handed to the broker at once.
  private static let chunk = 200
  private let gateway: any SendingGateway
  private let exchange: ShortString
  private let user: ShortString?
  private let rate: Int?
  private let batch: (count: Int, bytes: Int)?
  private let lifetime: Duration?

  /// - Parameters:
  ///   - exchange: where commands are published to.
  ///   - user: who sends them, for an access list.
  ///   - rate: the largest number of commands per second; nil for no limit.
  ///   - batch: how many commands, and bytes, go out as one message at most; a single command may be larger. Nil: each
  ///     is a message of its own.
  ///   - lifetime: how long the sender waits for an answer; after that the broker drops the command, unless it is in a
  ///     batch. Nil: commands are executed however late.
  package init(
    _ gateway: any SendingGateway, to exchange: ShortString, as user: ShortString?, rate: Int?,
    batch: (count: Int, bytes: Int)? = nil,
    lifetime: Duration? = nil
  ) {
    self.lifetime = lifetime
    self.gateway = gateway
    self.exchange = exchange
    self.user = user
    self.rate = rate
    self.batch = batch
  }

  /// Sends all commands.
  ///
  /// - Parameter timeout: how long to wait for the next result; nil: results are not waited for.
  /// - Throws: what `commands` throws, after sending the commands before that; ``UnconfirmedCommands``; the broker's
  ///   errors.
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
      let (chunk, problem) = nextChunk(of: &commands)
      if chunk.isEmpty, problem == nil { return summary }
      do {
        try await publisher.publish(messages(of: chunk, from: summary.sent, replyTo: replyTo))
      } catch let error as any PublishingError where error.leavesOutcomeOpen {
        throw UnconfirmedCommands(cause: error, confirmed: summary.sent, ids: chunk.compactMap(\.id))
      }
      summary.sent += chunk.count
      observer.sent(summary.sent)
      if let problem { throw problem }
      if let rate { try await Task.sleep(until: start + .seconds(1) * summary.sent / rate, clock: .continuous) }
    }
  }

  /// The commands to send next, and the error that stopped reading more.
  private func nextChunk(
    of commands: inout any CommandSource
  ) -> (commands: [OutgoingCommand], problem: (any Error)?) {
    let size = max(batch?.count ?? 1, chunkSize)
    var chunk: [OutgoingCommand] = []
    do {
      while chunk.count < size, let command = try commands.next() { chunk.append(command) }
      return (chunk, nil)
    } catch {
      return (chunk, error)
    }
  }

  /// With a rate, a tenth of a second's worth, so that commands go out evenly even at a low rate.
  private var chunkSize: Int { rate.map { min(Self.chunk, max(1, $0 / 10)) } ?? Self.chunk }

  /// - Parameter number: how many commands were sent before; their correlation ids continue from it.
  private func messages(of commands: [OutgoingCommand], from number: Int, replyTo: ShortString?) -> [AMQPMessage] {
    func correlationID(_ place: Int) -> String? { replyTo == nil ? nil : "\(number + place)" }
    guard let batch else {
      return commands.enumerated().map { place, command in
        command.message(
          to: exchange, replyTo: replyTo, correlationID: correlationID(place), as: user, lifetime: lifetime)
      }
    }
    var messages: [AMQPMessage] = []
    var open: [OutgoingCommand] = []
    // The brackets, and a comma behind each but the last.
    var bytes = 1
    for (place, command) in commands.enumerated() {
      open.append(command)
      bytes += command.body.count + 1
      let isLast = place == commands.count - 1
      guard isLast || open.count == batch.count || bytes + commands[place + 1].body.count + 1 > batch.bytes
      else { continue }
      messages.append(
        OutgoingCommand.message(
          of: open, to: exchange, replyTo: replyTo, correlationID: correlationID(place - open.count + 1), as: user))
      (open, bytes) = ([], 1)
    }
    return messages
  }

  /// Takes results until each command has one, or none arrives within `timeout`. A second result for a command, after a
  /// crash, is not counted.
  private func collect(
    _ replies: any ReplyQueue, within timeout: Duration, into summary: inout SendSummary,
    _ observer: inout some SendingObserver
  ) async throws {
    var answered: Set<String> = []
    while answered.count < summary.sent, let deliveries = try await replies.next(within: timeout) {
      for result in deliveries.flatMap(SentResult.all) where answered.insert(result.key).inserted {
        summary.count(result)
        try observer.received(result.body, sequence: result.sequence, answered.count)
      }
    }
    summary.unanswered = summary.sent - answered.count
  }
}
