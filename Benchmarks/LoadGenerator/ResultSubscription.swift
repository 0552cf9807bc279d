import DeliveryPipeline
import RabbitMQClient

/// A subscriber of results: a queue of its own, bound to their exchange where that is wanted.
struct ResultSubscription {
  let queue: ShortString
  private let connection: RabbitMQConnection
  private let consumer: RabbitMQConsumer

  static func open(_ servers: ServerAddresses, isBound: Bool) async throws -> ResultSubscription {
    let connection = try await Laboratory.connect(servers)
    let queue: ShortString = "benchmark.results"
    try await connection.declare([.exclusiveQueue(queue)])
    if isBound { try await connection.declare([.binding(queue: queue, exchange: "workspace.results", routingKey: "#")]) }
    return ResultSubscription(
      queue: queue, connection: connection, consumer: try await RabbitMQConsumer.start(on: connection, queue: queue))
  }

  /// Waits for the next ones.
  func next() async throws -> [Delivery] {
    let results = try await consumer.deliveries()
    if let last = results.last {
      try await consumer.acknowledge([Acknowledgement(tag: last.tag, isMultiple: true)])
    }
    return results
  }

  func close() async { await connection.close() }
}
