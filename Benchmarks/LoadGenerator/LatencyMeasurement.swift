import Messaging
import RabbitMQClient

/// Measures the latency from publishing a command to receiving its result at `reply_to`.
struct LatencyMeasurement {
  let laboratory: Laboratory
  let pairs: Int
  /// Commands that are sent one at a time in each pair.
  let turns: Int
  /// Commands per second in the open loop.
  let rate: Int
  /// How long the open loop runs, in seconds.
  let seconds: Int

  func run() async throws -> [Figure] {
    try await laboratory.reset()
    let worker = try laboratory.worker.start(["serve"])
    defer { worker.stop() }
    let connection = try await Laboratory.connect(laboratory.servers)
    let publisher = try await RabbitMQPublisher.start(on: connection)
    let replies = try await ResultSubscription.open(laboratory.servers)
    // The first commands prepare statements and warm caches.
    _ = try await oneAtATime(100, CommandFactory(run: 1_000), publisher, replies)
    var figures = try await closedLoop(publisher, replies)
    figures += try await openLoop(publisher, replies)
    await replies.close()
    await connection.close()
    return figures
  }

  private func closedLoop(_ publisher: RabbitMQPublisher, _ replies: ResultSubscription) async throws -> [Figure] {
    var all = Latencies()
    var yardstick: [Double] = []
    var answers: [Double] = []
    var medians: [Double] = []
    for pair in 1...pairs {
      yardstick.append(1000 / (try Yardstick(laboratory).perSecond(turns, batch: 1)))
      // On the receiving thread, so as not to measure this program's own thread switches.
      let latencies = try await withTaskExecutorPreference(replies.taskExecutor) {
        answers.append(try await yardstickAnswers(publisher, replies).milliseconds(50))
        return try await oneAtATime(turns, CommandFactory(run: 1_000 + pair), publisher, replies)
      }
      all.add(latencies)
      medians.append(latencies.milliseconds(50))
      note(
        "latency \(pair): yardstick \(yardstick[pair - 1].readable) ms, its answers p50 \(answers[pair - 1].readable) ms, "
          + "worker p50 \(medians[pair - 1].readable) ms")
    }
    return [
      Figure("latency one at a time, p50", key: "latency_p50", unit: "ms", runs: medians, yardstick: yardstick),
      Figure(
        "the same, to the yardstick's own answers", key: "latency_answers_p50", unit: "ms", runs: medians,
        yardstick: answers),
      Figure("latency one at a time, p99", key: "latency_p99", unit: "ms", runs: [all.milliseconds(99)]),
      Figure("latency one at a time, p99.9", key: "latency_p999", unit: "ms", runs: [all.milliseconds(99.9)]),
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
    var latencies = Latencies()
    for _ in 0..<count {
      let command = factory.next(replyTo: replies.queue)
      let start = ContinuousClock.now
      // The confirm doesn't matter: what counts is the path from the command to its result.
      async let confirmed: Void = publisher.publish([command])
      _ = try await replies.next()
      latencies.record(.now - start)
      try await confirmed
    }
    return latencies
  }

  private func openLoop(_ publisher: RabbitMQPublisher, _ replies: ResultSubscription) async throws -> [Figure] {
    let latencies = try await OpenLoop(rate: rate, seconds: seconds).run(run: 2_000, publisher, replies)
    return [50, 99, 99.9].map { percentile in
      let label = percentile == 99.9 ? "99.9" : "\(Int(percentile))"
      return Figure(
        "latency at \(rate)/s, p\(label)", key: "open_loop_p\(label.replacing(".", with: ""))", unit: "ms",
        runs: [latencies.milliseconds(percentile)])
    }
  }
}
