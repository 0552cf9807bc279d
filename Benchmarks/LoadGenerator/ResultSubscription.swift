import Messaging
import RabbitMQClient

/// Receives results on a queue of its own, which commands name in `reply_to`.
struct ResultSubscription {
  let queue: ShortString
  private let connection: RabbitMQConnection
  private let consumer: RabbitMQConsumer

  /// The thread on which results arrive.
  var taskExecutor: (any TaskExecutor)? { consumer.taskExecutor }

  /// - Parameter queue: a name that no other queue has.
  static func open(
    _ servers: ServerAddresses, queue: ShortString = "benchmark.results"
  ) async throws -> ResultSubscription {
    let connection = try await Laboratory.connect(servers)
    try await connection.declare([.exclusiveQueue(queue, arguments: HeaderTable())])
    return ResultSubscription(
      queue: queue, connection: connection, consumer: try await RabbitMQConsumer.start(on: connection, queue: queue))
  }

  /// Waits for the next results, and acknowledges them.
  func next() async throws -> [Delivery] {
    let results = try await consumer.deliveries()
    if let last = results.last {
      try await consumer.acknowledge([Acknowledgement(tag: last.tag, isMultiple: true)])
    }
    return results
  }

  func close() async { await connection.close() }
}
