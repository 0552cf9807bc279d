package import Messaging

/// Whether nobody consumes a queue, as far as the broker can be believed.
///
/// RabbitMQ counts nothing, no message and no consumer, for a quorum queue that does not answer it within 250 ms
/// (`rabbit_quorum_queue:stat/2`), such as one that is still recovering from a crash, and then still has the consumer of
/// before. So a number that is not zero is believed, and two zeros only when they come fast, and again and again.
package struct QueueVacancy: Sendable {
  private static let readings = 3
  private static let interval: Duration = .milliseconds(100)
  /// Less than what the broker itself waits for.
  private static let fastAnswer: Duration = .milliseconds(200)

  private let manager: TopologyManager
  private let queue: ShortString

  package init(of queue: ShortString, on connection: RabbitMQConnection) {
    manager = TopologyManager(connection)
    self.queue = queue
  }

  /// - Returns: false while somebody consumes the queue, and when that can't be told. A queue that does not exist is
  ///   consumed by nobody.
  /// - Throws: ``RabbitMQError``, `CancellationError`.
  package func isVacant() async throws -> Bool {
    for reading in 1...Self.readings {
      let start = ContinuousClock.now
      guard let statistics = try await manager.statistics(of: queue) else { return true }
      if statistics.consumerCount > 0 { return false }
      if statistics.messageCount > 0 { return true }
      guard ContinuousClock.now - start < Self.fastAnswer else { return false }
      if reading < Self.readings { try await Task.sleep(for: Self.interval) }
    }
    return true
  }
}
