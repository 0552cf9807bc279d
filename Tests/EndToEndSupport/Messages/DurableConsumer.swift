import Coordination
package import Messaging
import RabbitMQClient
package import TestSupport

/// Consumes a durable queue: acknowledges what its handler has seen, and reconnects after every loss of its connection.
/// What was not acknowledged by then is redelivered, in its place.
package final class DurableConsumer: Sendable {
  private let task: Task<Void, Never>

  /// Declares a quorum queue, binds it, and starts consuming.
  ///
  /// - Parameters:
  ///   - exchange: everything that goes there; nil for a queue that is only replied to.
  ///   - handler: called with what has arrived, in order.
  package init(
    _ queue: ShortString, to exchange: ShortString?, on host: VirtualHost,
    handler: @escaping @Sendable ([Delivery]) -> Void
  ) async throws {
    try await host.declare(queue)
    if let exchange {
      _ = try await host.withConnection {
        try await $0.declare([.binding(queue: queue, exchange: exchange, routingKey: "#")])
      }
    }
    task = Task { await Self.consume(queue, on: host, handler) }
  }

  package func close() async {
    task.cancel()
    await task.value
  }

  private static func consume(
    _ queue: ShortString, on host: VirtualHost, _ handler: @Sendable ([Delivery]) -> Void
  ) async {
    while !Task.isCancelled {
      do {
        // Always required: a broker may come back between a query that it doesn't answer and a consumer that it
        // accepts.
        try await awaitVacancy(of: queue, on: host)
        try await consumeUntilLost(queue, on: host, handler)
      } catch {
        // The broker is down, or restarting.
        try? await Task.sleep(for: .milliseconds(100))
      }
    }
  }

  private static func consumeUntilLost(
    _ queue: ShortString, on host: VirtualHost, _ handler: @Sendable ([Delivery]) -> Void
  ) async throws {
    try await host.withConsumer(of: queue) { consumer in
      while true {
        let deliveries = try await consumer.deliveries()
        guard let last = deliveries.last else { return }
        handler(deliveries.filter { !$0.body.isEmpty })
        try await consumer.acknowledge([Acknowledgement(tag: last.tag, isMultiple: true)])
      }
    }
  }

  /// A broker that restarts after a crash still has the previous consumer for a moment, and with it that one's
  /// unacknowledged messages: consuming at that moment yields later messages first.
  private static func awaitVacancy(of queue: ShortString, on host: VirtualHost) async throws {
    try await host.withConnection { connection in
      // Nothing else has no body.
      let probe = AMQPMessage(exchange: "", routingKey: queue, properties: MessageProperties(), body: [])
      try await QueueVacancy(
        of: queue, probe: probe, asking: connection, probing: host.configuration("probe"), mayHaveCrashed: true
      ).use {
        vacancy in
        try await Patience.poll(for: "no consumer on \(queue.text ?? "")") {
          try await vacancy.occupancy() == .vacant
        }
      }
    }
  }
}
