import Messaging
import RabbitMQClient

/// Sends commands at fixed times, whatever happens to the previous ones. Each latency counts from the command's
/// scheduled time, so that a pause counts for every command that it delays.
struct OpenLoop {
  /// Commands per second.
  let rate: Int
  let seconds: Int

  /// - Parameter run: the ``CommandFactory/run`` of the commands.
  func run(
    run: Int, _ publisher: RabbitMQPublisher, _ replies: ResultSubscription
  ) async throws -> Latencies {
    let start = ContinuousClock.now + .milliseconds(100)
    return try await withThrowingTaskGroup(of: Latencies?.self) { group in
      group.addTask {
        try await send(CommandFactory(run: run), from: start, publisher, replies.queue)
        return nil
      }
      group.addTask { try await receive(from: start, replies) }
      var latencies = Latencies()
      for try await part in group { if let part { latencies = part } }
      return latencies
    }
  }

  private var count: Int { rate * seconds }
  private var interval: Duration { .seconds(1) / rate }

  private func receive(from start: ContinuousClock.Instant, _ replies: ResultSubscription) async throws -> Latencies {
    var latencies = Latencies()
    var received = 0
    while received < count {
      let results = try await replies.next()
      let now = ContinuousClock.now
      for result in results {
        guard let number = result.properties.correlationID?.text.flatMap({ Int($0) }) else { continue }
        latencies.record(now - (start + interval * number))
        received += 1
      }
    }
    return latencies
  }

  /// Publishes each command at its time, and all overdue ones together if the task woke late.
  private func send(
    _ factory: CommandFactory, from start: ContinuousClock.Instant, _ publisher: RabbitMQPublisher,
    _ queue: ShortString
  ) async throws {
    var factory = factory
    try await withThrowingTaskGroup { group in
      while factory.count < count {
        try await Task.sleep(until: start + interval * factory.count, tolerance: .zero, clock: .continuous)
        let due = min(count, Int((ContinuousClock.now - start) / interval) + 1)
        var messages: [AMQPMessage] = []
        while factory.count < due {
          messages.append(factory.next(replyTo: queue, correlationID: ShortString("\(factory.count)")))
        }
        group.addTask { [messages] in try await publisher.publish(messages) }
      }
      try await group.waitForAll()
    }
  }
}
