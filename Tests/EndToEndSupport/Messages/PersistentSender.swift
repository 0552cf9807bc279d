package import Messaging
import RabbitMQClient
package import TestSupport

/// An exemplary upstream service: it publishes with confirms, in order, and republishes what was not confirmed.
package actor PersistentSender {
  private let host: VirtualHost
  private let chunk: Int
  private var publisher: RabbitMQPublisher?
  /// How often something had to be published again.
  package private(set) var repetitions = 0

  /// - Parameter chunk: how many messages are published before the first of them must be confirmed.
  package init(on host: VirtualHost, chunk: Int = 20) {
    self.host = host
    self.chunk = chunk
  }

  /// Returns when the broker has confirmed all of them, however long that takes.
  ///
  /// One call at a time: a concurrent one would interleave its messages.
  ///
  /// - Parameters:
  ///   - pause: between a chunk and the next.
  ///   - note: called with what the broker has confirmed, chunk by chunk.
  /// - Throws: `CancellationError`; ``RabbitMQError`` `unroutable`.
  package func send(
    _ messages: [AMQPMessage], pausing pause: Duration = .zero,
    note: @Sendable (ArraySlice<AMQPMessage>) -> Void = { _ in }
  ) async throws {
    var rest = messages[...]
    while !rest.isEmpty {
      // A chunk is confirmed before the next one goes out: so whatever is lost, no message overtakes an earlier one.
      let next = rest.prefix(chunk)
      try await sendUntilConfirmed(Array(next))
      note(next)
      rest = rest[next.endIndex...]
      if pause > .zero { try await Task.sleep(for: pause) }
    }
  }

  package func close() async {
    await publisher?.connection.close()
    publisher = nil
  }

  private func sendUntilConfirmed(_ messages: [AMQPMessage]) async throws {
    while true {
      do {
        return try await connected().publish(messages)
      } catch RabbitMQError.unroutable(let messages) {
        throw RabbitMQError.unroutable(messages)
      } catch {
        try Task.checkCancellation()
        repetitions += 1
        await close()
        try await Task.sleep(for: .milliseconds(100))
      }
    }
  }

  private func connected() async throws -> RabbitMQPublisher {
    if let publisher { return publisher }
    let connection = try await RabbitMQConnection.open(host.configuration("test sender"))
    var options = PublisherOptions()
    options.isMandatory = true
    do {
      let publisher = try await RabbitMQPublisher.start(on: connection, options: options)
      self.publisher = publisher
      return publisher
    } catch {
      await connection.close()
      throw error
    }
  }
}
