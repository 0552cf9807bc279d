package import Messaging
import RabbitMQClient
package import TestSupport

/// Takes what arrives in a durable queue: acknowledges what its handler has seen, and is back after every loss of its
/// connection. What was not acknowledged by then comes again, in its place.
package final class DurableConsumer: Sendable {
  private let task: Task<Void, Never>

  /// Declares a quorum queue, binds it, and begins.
  ///
  /// - Parameters:
  ///   - exchange: everything that goes there; nil for a queue that is only replied to.
  ///   - handler: called with what has arrived, in order.
  package init(
    _ queue: ShortString, to exchange: ShortString?, on host: VirtualHost, handler: @escaping @Sendable ([Delivery]) -> Void
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
        // Not without it: a broker may come back between a question that it doesn't answer and a consumer that it takes.
        try await awaitVacancy(of: queue, on: host)
        try await consumeUntilLost(queue, on: host, handler)
      } catch {
        // The broker is away, or on its way back.
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
        handler(deliveries)
        try await consumer.acknowledge([Acknowledgement(tag: last.tag, isMultiple: true)])
      }
    }
  }

  /// A broker that comes back after a crash has the consumer of before for a moment, and with it what that one had in
  /// hand: who consumes then gets what is behind it first.
  private static func awaitVacancy(of queue: ShortString, on host: VirtualHost) async throws {
    try await host.withConnection { connection in
      let vacancy = QueueVacancy(of: queue, on: connection)
      try await Patience.poll(for: "nobody consumes \(queue.text ?? "")") { try await vacancy.isVacant() }
    }
  }
}
