package import Messaging

/// Whether a queue has no consumer, as far as the broker can be trusted.
///
/// RabbitMQ reports zero messages and consumers for a quorum queue that does not answer within 250 ms
/// (`rabbit_quorum_queue:stat/2`), such as one still recovering from a crash, which still has its previous consumer. So
/// a nonzero number is trusted, but two zeros only if they come fast, and repeatedly.
package struct QueueVacancy: Sendable {
  private static let readings = 3
  private static let interval: Duration = .milliseconds(100)
  /// Less than the broker itself waits.
  private static let fastAnswer: Duration = .milliseconds(200)

  private let manager: TopologyManager
  private let queue: ShortString

  package init(of queue: ShortString, on connection: RabbitMQConnection) {
    manager = TopologyManager(connection)
    self.queue = queue
  }

  /// - Returns: false while somebody consumes the queue, or if that is unclear. A queue that does not exist has no
  ///   consumer.
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
