import DeliveryPipeline
import Histogram
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
    let replies = try await ResultSubscription.open(laboratory.servers, isBound: false)
    _ = try await oneAtATime(100, run: 1_000, publisher, replies)
    var figures = try await closedLoop(publisher, replies)
    figures += try await openLoop(publisher, replies)
    await replies.close()
    await connection.close()
    return figures
  }

  private func closedLoop(_ publisher: RabbitMQPublisher, _ replies: ResultSubscription) async throws -> [Figure] {
    let all = Self.histogram()
    var yardstick: [Double] = []
    var medians: [Double] = []
    for pair in 1...pairs {
      yardstick.append(1000 / (try Yardstick(laboratory).perSecond(turns, batch: 1)))
      let latencies = try await oneAtATime(turns, run: 1_000 + pair, publisher, replies)
      all.add(latencies)
      medians.append(Self.milliseconds(latencies, 50))
      note("latency \(pair): yardstick \(yardstick[pair - 1]) ms a command, worker p50 \(medians[pair - 1]) ms")
    }
    return [
      Figure("latency one at a time, p50", key: "latency_p50", unit: "ms", runs: medians, yardstick: yardstick),
      Figure("latency one at a time, p99", key: "latency_p99", unit: "ms", runs: [Self.milliseconds(all.value, 99)]),
      Figure("latency one at a time, p99.9", key: "latency_p999", unit: "ms", runs: [Self.milliseconds(all.value, 99.9)]),
    ]
  }
}
