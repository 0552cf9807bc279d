internal import Coordination
package import Messaging

/// Finds out whether a queue has no consumer, and is not deceived by a queue that is still recovering from a crash.
///
/// RabbitMQ's own figures can't be trusted then: a quorum queue that does not answer within 250 ms counts as one
/// without messages and consumers (`rabbit_quorum_queue:stat/2`), and one that has no leader yet answers at once, with
/// figures from some seconds before the crash (`ra:local_query`). A worker that trusted them and consumed would first
/// get the messages behind those that the previous consumer had not acknowledged, and those later.
///
/// So a queue that seems vacant gets a message. Its confirm comes from a leader, which knows everything that was
/// committed before. The message then waits in the queue: only figures that count it are the leader's own.
///
/// A message that waits behind others disturbs operators who count or inspect them. So a queue that has messages gets
/// another one only if the broker may just have crashed: only in the broker's first seconds can the figures include
/// these messages but not a consumer that came after them.
package actor QueueVacancy: Closable {
  /// How long an answer may take, so that the caller can do something else meanwhile, such as stop.
  private static let patience: Duration = .milliseconds(250)
  /// A full queue refuses a message at once; one without a leader after a minute, if the publisher does not give up
  /// before (`rabbit_fifo_client:enqueue/4`).
  private static let promptRefusal: Duration = .seconds(1)
  /// The shortest time between two messages, if the figures did not count the first one in spite of its confirm.
  private static let rest: Duration = .seconds(5)

  private struct Probing {
    let connection: RabbitMQConnection
    let start = ContinuousClock.now
    let outcome = Signal<(result: Result<Void, any Error>, time: ContinuousClock.Instant)>()
  }

  private let queue: ShortString
  private let probe: AMQPMessage
  private let manager: TopologyManager
  private let configuration: RabbitMQConfiguration
  private let mayHaveCrashed: Bool
  private var probing: Probing?
  /// When the queue has taken or refused a message, if the figures did not count it.
  private var answered: ContinuousClock.Instant?
  private var isForbidden = false

  /// - Parameters:
  ///   - probe: goes to the queue, and means nothing to its consumer.
  ///   - connection: to query the queue; nothing is published on it.
  ///   - configuration: of a connection to publish the message on.
  ///   - mayHaveCrashed: whether the broker may just have crashed, as far as the caller knows.
  package init(
    of queue: ShortString, probe: AMQPMessage, asking connection: RabbitMQConnection,
    probing configuration: RabbitMQConfiguration, mayHaveCrashed: Bool
  ) {
    self.queue = queue
    self.probe = probe
    self.configuration = configuration
    self.mayHaveCrashed = mayHaveCrashed
    manager = TopologyManager(connection)
  }

  /// Asks, and waits a moment for the answer; on `unknown`, call it again. A queue that does not exist is vacant.
  /// Without the right to publish the message, the answer is an informed guess.
  ///
  /// - Throws: ``RabbitMQError``, `CancellationError`.
  package func occupancy() async throws -> QueueOccupancy {
    if probing == nil {
      guard let statistics = try await manager.statistics(of: queue) else { return .vacant }
      guard statistics.consumerCount == 0 else { return .consumed }
      if statistics.messageCount > 0, !mayHaveCrashed { return .vacant }
      guard !isForbidden else { return try await guess() }
      if let answered, ContinuousClock.now - answered < Self.rest { return Self.occupancy(by: statistics) }
      probing = try await publishProbe()
    }
    guard let probing else { return .unknown(Self.silence) }
    try await probing.outcome.wait(atMost: Self.patience)
    guard let (result, time) = probing.outcome.value else {
      return .unknown(probing.connection.obstacle ?? Self.silence)
    }
    await close()
    do {
      try result.get()
    } catch RabbitMQError.messageRefused {
      guard time - probing.start < Self.promptRefusal else { return .unknown(Self.leaderless) }
    } catch RabbitMQError.timedOut {
      return .unknown(Self.leaderless)
    } catch RabbitMQError.channelClosed(.accessRefused, _) {
      isForbidden = true
      return try await guess()
    }
    let occupancy = try await manager.statistics(of: queue).map(Self.occupancy) ?? .vacant
    if case .unknown = occupancy { answered = time }
    return occupancy
  }

  package func close() async {
    await probing?.connection.close()
    probing = nil
  }

  private static let silence = "the command queue does not answer"
  private static let leaderless = "the command queue has no leader"

  /// The occupancy by the queue's figures, which are its leader's own if they count the message that it has taken.
  private static func occupancy(by statistics: QueueStatistics) -> QueueOccupancy {
    guard statistics.consumerCount == 0 else { return .consumed }
    return statistics.messageCount > 0 ? .vacant : .unknown(silence)
  }

  private func publishProbe() async throws -> Probing {
    try await RabbitMQConnection.open(configuration).closedOnFailure { connection in
      let confirmation = try await RabbitMQPublisher.start(on: connection).submit([probe])
      let probing = Probing(connection: connection)
      // Ends with the connection.
      Task {
        do {
          try await confirmation.wait()
          probing.outcome.send((.success(()), .now))
        } catch {
          probing.outcome.send((.failure(error), .now))
        }
      }
      return probing
    }
  }

  /// The occupancy by the figures alone: two zeros are trusted only when they come fast, and repeatedly.
  private func guess() async throws -> QueueOccupancy {
    for _ in 1...3 {
      let start = ContinuousClock.now
      guard let statistics = try await manager.statistics(of: queue) else { return .vacant }
      guard statistics.consumerCount == 0 else { return .consumed }
      if statistics.messageCount > 0 { return .vacant }
      // Shorter than the broker's own wait.
      guard ContinuousClock.now - start < .milliseconds(200) else { return .unknown(Self.silence) }
      try await Task.sleep(for: .milliseconds(100))
    }
    return .vacant
  }
}

extension RabbitMQConnection {
  /// Why nothing can be published; nil if something can.
  package nonisolated var obstacle: String? { blockedReason.map { "the broker accepts no messages: \($0)" } }
}
