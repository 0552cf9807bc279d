import Histogram
import Messaging
import RabbitMQClient

/// From publishing a command to its result at `reply_to`.
struct LatencyMeasurement {
  private typealias Latencies = Histogram<UInt64>

  let laboratory: Laboratory
  let pairs: Int
  /// Commands one at a time, in each pair.
  let turns: Int
  /// Of the open loop: commands per second, and for how long.
  let rate: Int
  let seconds: Int

  func run() async throws -> [Figure] {
    try await laboratory.reset()
    let worker = try laboratory.worker.start(["serve"])
    defer { worker.stop() }
    let connection = try await Laboratory.connect(laboratory.servers)
    let publisher = try await RabbitMQPublisher.start(on: connection)
    let replies = try await ResultSubscription.open(laboratory.servers)
    // The first ones prepare statements and warm caches.
    _ = try await oneAtATime(100, CommandFactory(run: 1_000), publisher, replies)
    var figures = try await closedLoop(publisher, replies)
    figures += try await openLoop(publisher, replies)
    await replies.close()
    await connection.close()
    return figures
  }

  private func closedLoop(_ publisher: RabbitMQPublisher, _ replies: ResultSubscription) async throws -> [Figure] {
    var all = Self.histogram()
    var yardstick: [Double] = []
    var answers: [Double] = []
    var medians: [Double] = []
    for pair in 1...pairs {
      yardstick.append(1000 / (try Yardstick(laboratory).perSecond(turns, batch: 1)))
      // On the receiving thread: so as not to measure the measuring program's thread switches.
      let latencies = try await withTaskExecutorPreference(replies.taskExecutor) {
        answers.append(Self.milliseconds(try await yardstickAnswers(publisher, replies), 50))
        return try await oneAtATime(turns, CommandFactory(run: 1_000 + pair), publisher, replies)
      }
      all.add(latencies)
      medians.append(Self.milliseconds(latencies, 50))
      note(
        "latency \(pair): yardstick \(yardstick[pair - 1].readable) ms, its answers p50 \(answers[pair - 1].readable) ms, "
          + "worker p50 \(medians[pair - 1].readable) ms")
    }
    return [
      Figure("latency one at a time, p50", key: "latency_p50", unit: "ms", runs: medians, yardstick: yardstick),
      Figure(
        "the same, to the yardstick's own answers", key: "latency_answers_p50", unit: "ms", runs: medians,
        yardstick: answers),
      Figure("latency one at a time, p99", key: "latency_p99", unit: "ms", runs: [Self.milliseconds(all, 99)]),
      Figure("latency one at a time, p99.9", key: "latency_p999", unit: "ms", runs: [Self.milliseconds(all, 99.9)]),
    ]
  }

  /// The same path from command to result, with the yardstick in the worker's place.
  private func yardstickAnswers(_ publisher: RabbitMQPublisher, _ replies: ResultSubscription) async throws -> Latencies
  {
    let process = try Yardstick(laboratory).startAnswering(turns)
    defer { process.stop() }
    return try await oneAtATime(turns, CommandFactory(run: 0, to: "", Yardstick.queue), publisher, replies)
  }

  /// Each command is sent when the result of the previous one has arrived.
  private func oneAtATime(
    _ count: Int, _ factory: CommandFactory, _ publisher: RabbitMQPublisher, _ replies: ResultSubscription
  ) async throws -> Latencies {
    var factory = factory
    var latencies = Self.histogram()
    for _ in 0..<count {
      let command = factory.next(replyTo: replies.queue)
      let start = ContinuousClock.now
      // The confirm doesn't matter: what counts is the path from the command to its result.
      async let confirmed: Void = publisher.publish([command])
      _ = try await replies.next()
      Self.record(.now - start, in: &latencies)
      try await confirmed
    }
    return latencies
  }

  /// Commands are sent at fixed times, whatever happened to the previous ones; each latency counts from the command's
  /// scheduled time, so that a pause counts for every command that it delays.
  private func openLoop(_ publisher: RabbitMQPublisher, _ replies: ResultSubscription) async throws -> [Figure] {
    let count = rate * seconds
    let start = ContinuousClock.now + .milliseconds(100)
    let interval = Duration.seconds(1) / rate
    let latencies = try await withThrowingTaskGroup(of: Latencies?.self) { group in
      group.addTask {
        try await send(count, every: interval, from: start, publisher, replies.queue)
        return nil
      }
      group.addTask {
        var latencies = Self.histogram()
        var received = 0
        while received < count {
          let results = try await replies.next()
          let now = ContinuousClock.now
          for result in results {
            guard let number = result.properties.correlationID?.text.flatMap({ Int($0) }) else { continue }
            Self.record(now - (start + interval * number), in: &latencies)
            received += 1
          }
        }
        return latencies
      }
      var latencies = Self.histogram()
      for try await part in group { if let part { latencies = part } }
      return latencies
    }
    let name = "latency at \(rate)/s"
    return [50, 99, 99.9].map { percentile in
      let label = percentile == 99.9 ? "99.9" : "\(Int(percentile))"
      return Figure(
        "\(name), p\(label)", key: "open_loop_p\(label.replacing(".", with: ""))", unit: "ms",
        runs: [Self.milliseconds(latencies, percentile)])
    }
  }

  /// Publishes what is due, together if the clock woke late.
  private func send(
    _ count: Int, every interval: Duration, from start: ContinuousClock.Instant, _ publisher: RabbitMQPublisher,
    _ queue: ShortString
  ) async throws {
    var factory = CommandFactory(run: 2_000)
    try await withThrowingTaskGroup { group in
      while factory.count < count {
        try await Task.sleep(until: start + interval * factory.count, tolerance: .zero, clock: .continuous)
        let due = min(count, Int((ContinuousClock.now - start) / interval) + 1)
        var messages: [OutboundMessage] = []
        while factory.count < due {
          messages.append(factory.next(replyTo: queue, correlationID: ShortString("\(factory.count)")))
        }
        group.addTask { [messages] in try await publisher.publish(messages) }
      }
      try await group.waitForAll()
    }
  }

  private static func histogram() -> Latencies {
    Latencies(lowestDiscernibleValue: 1, highestTrackableValue: 600_000_000, numberOfSignificantValueDigits: .three)
  }

  private static func record(_ latency: Duration, in latencies: inout Latencies) {
    latencies.record(UInt64(max(1, latency / .microseconds(1))))
  }

  private static func milliseconds(_ latencies: Latencies, _ percentile: Double) -> Double {
    Double(latencies.valueAtPercentile(percentile)) / 1000
  }
}
